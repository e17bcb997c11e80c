#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make_peers.sh: makes the certificates of tests/data/peer_certificate anew, with OpenSSL 3, in that
# folder. tests/unit/peer_certificate_data.h holds the same bytes. Keys are not kept.

set -eu

out=$(cd "$(dirname "$0")/../peer_certificate" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

sid=S-1-5-21-1-2-3-1104
san="subjectAltName=DNS:sample.corp.contoso.com"

# make NAME DIGEST SUBJECT EXTENSIONS KEY_OPTION...
make()
{
    name=$1 digest=$2 subject=$3 extensions=$4
    shift 4
    : >index.txt
    echo "4A$(openssl rand -hex 15)" >serial
    printf '%s\n' '[ca]' default_ca=d '[d]' database=index.txt serial=serial new_certs_dir=. \
        policy=p x509_extensions=e unique_subject=no preserve=yes '[p]' commonName=supplied \
        '[req]' distinguished_name=dn string_mask=pkix '[dn]' '[e]' "$extensions" >config
    openssl genpkey "$@" -out "$name.key"
    openssl req -new -config config -key "$name.key" -subj "$subject" -out "$name.csr"
    openssl ca -config config -selfsign -batch -notext -keyfile "$name.key" -in "$name.csr" \
        -md "$digest" -startdate 20240301102030Z -enddate 20240315102030Z -out "$name.pem"
    openssl x509 -in "$name.pem" -outform DER -out "$out/$name.der"
}

rsa1024="-algorithm RSA -pkeyopt rsa_keygen_bits:1024"
# shellcheck disable=SC2086
{
    make vista sha1 "/CN=$sid" "$san" $rsa1024
    make server_only sha256 "/CN=$sid" extendedKeyUsage=serverAuth $rsa1024
    make no_signing sha256 "/CN=$sid" keyUsage=keyCertSign $rsa1024
    make two_names sha256 "/CN=$sid/CN=$sid" "$san" $rsa1024
    make plain_name sha256 /CN=server.example.test "$san" $rsa1024
    make md5 md5 "/CN=$sid" "$san" $rsa1024
    make exponent sha256 "/CN=$sid" "$san" $rsa1024 \
        -pkeyopt rsa_keygen_pubexp:36893488147419103233
}
make ec sha256 "/CN=$sid" "$san" -algorithm EC -pkeyopt ec_paramgen_curve:P-256
make strong sha256 "/CN=$sid" "$san
extendedKeyUsage=serverAuth,clientAuth" -algorithm RSA -pkeyopt rsa_keygen_bits:2048
openssl x509 -req -in server_only.csr -CA strong.pem -CAkey strong.key -CAcreateserial -days 14 \
    -sha256 -outform DER -out "$out/foreign.der"
