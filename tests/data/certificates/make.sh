#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make.sh FOLDER [URL]: makes authorities and certificates for tests, with their keys, in FOLDER. Those of
# tests/unit/server_cert_data.h came out of it; their keys are gone. With a URL, some name lists of what
# was taken back, which are expected under it: list.crl, and slow.crl, which is the same.

set -eu

mkdir -p "$1/db"
cd "$1"
: >db/index.txt
# Another number each time: Wine keeps by it alone what it has found out of a certificate.
openssl rand -hex 8 | sed 's/^./4/' >db/serial
cat >ca.cnf <<EOF
[ca]
default_ca = one
[one]
database = db/index.txt
serial = db/serial
new_certs_dir = db
default_md = sha256
policy = names
unique_subject = no
[names]
commonName = supplied
EOF

# make NAME SUBJECT ISSUER START END EXTENSION...: an issuer of - is the certificate itself.
make()
{
    name=$1
    subject=$2
    issuer=$3
    dates="-startdate $4 -enddate $5"
    shift 5
    printf '%s\n' "$@" >ext.cnf
    openssl ecparam -name prime256v1 -genkey -noout -out "$name.key"
    openssl req -new -key "$name.key" -subj "/CN=$subject" -out request.pem
    if [ "$issuer" = - ]; then
        set -- -selfsign -keyfile "$name.key"
    else
        set -- -cert "$issuer.pem" -keyfile "$issuer.key"
    fi
    while :; do
        # shellcheck disable=SC2086
        openssl ca -batch -config ca.cnf -notext -in request.pem -extfile ext.cnf $dates "$@" \
            -out "$name.pem" 2>log || { cat log >&2; exit 1; }
        has_short_number "$name.pem" || break
    done
}

# Wine 8 finds a good signature bad when one of its two numbers begins with a zero byte, which is left
# out: one in a hundred.
has_short_number()
{
    at=$(openssl asn1parse -in "$1" | sed -n 's/^ *\([0-9]*\):.*BIT STRING.*/\1/p' | tail -n 1)
    openssl asn1parse -in "$1" -strparse "$at" | grep -Eq 'INTEGER +:[0-9A-F]{1,62}$'
}

# make_list NAME: takes the certificate back.
make_list()
{
    openssl ca -config ca.cnf -cert authority.pem -keyfile authority.key -revoke "$1.pem" 2>log
    while :; do
        openssl ca -config ca.cnf -cert authority.pem -keyfile authority.key -gencrl \
            -crldays 1000 -out list.pem 2>log || { cat log >&2; exit 1; }
        has_short_number list.pem || break
    done
    openssl crl -in list.pem -outform DER -out list.crl
    cp list.crl slow.crl
}

past=20000101000000Z
future=20480101000000Z
names=subjectAltName=DNS:server.example,DNS:*.wild.example,DNS:localhost,IP:127.0.0.1,IP:::1
server=extendedKeyUsage=serverAuth
leaf=basicConstraints=critical,CA:false
issues=keyUsage=critical,keyCertSign,cRLSign
ca=basicConstraints=critical,CA:true

make authority "OpenBITS test authority" - $past $future $ca $issues
make stranger "OpenBITS unknown authority" - $past $future $ca $issues
make middle "OpenBITS middle authority" authority $past $future $ca $issues
make good server.example authority $past $future $leaf $server $names
make behind_middle server.example middle $past $future $leaf $server $names
make issued_by_good server.example good $past $future $leaf $server $names
make expired server.example authority $past 20010101000000Z $leaf $server $names
make not_yet server.example authority 20470101000000Z $future $leaf $server $names
make unknown_issuer server.example stranger $past $future $leaf $server $names
make self_signed server.example - $past $future $leaf $server $names
make for_clients server.example authority $past $future $leaf extendedKeyUsage=clientAuth $names
make other_name other.example authority $past $future $leaf $server subjectAltName=DNS:other.example
make nul_name server.example authority $past $future $leaf $server \
    subjectAltName=DER:30:1e:82:1c:$(printf 'server.example\0.evil.example' | od -An -tx1 | tr -s ' \n' ':' | sed 's/^://;s/:$//')
if [ $# -gt 1 ]; then
    for with_list in kept revoked; do
        make $with_list server.example authority $past $future $leaf $server $names \
            "crlDistributionPoints=URI:$2/list.crl"
    done
    make slow_list server.example authority $past $future $leaf $server $names \
        "crlDistributionPoints=URI:$2/slow.crl"
    make_list revoked
fi
rm -rf db ca.cnf ext.cnf request.pem log
