/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The texts of HTTP statuses in German. */
#include "com/error_table.h"

/* The text is: what happened (HTTP-Status n). Advice. */
/* clang-format off */
#define ROW(status, what, ...) \
    { (HRESULT)(0x80190000u + (status)), u"" what " (HTTP-Status " #status ")." __VA_ARGS__ }

static const struct error_row rows[] = {
    ROW(100, "Der Server fragte nach dem Rest einer Anfrage, die vollständig war"),
    ROW(101, "Der Server wollte zu einem anderen Protokoll wechseln"),
    ROW(102, "Der Server arbeitet noch und gab keine endgültige Antwort"),
    ROW(103, "Der Server gab Hinweise, aber keine endgültige Antwort"),

    ROW(200, "Die Antwort des Servers meldet Erfolg, ist aber nicht zu gebrauchen"),
    ROW(201, "Der Server hat etwas angelegt, statt eine Datei zu senden"),
    ROW(202, "Der Server hat die Anfrage angenommen, aber noch nicht ausgeführt"),
    ROW(203, "Ein Proxy hat die Antwort des Servers verändert"),
    ROW(204, "Der Server hat für diese URL nichts zu senden"),
    ROW(205, "Der Server wollte ein Formular leeren, statt eine Datei zu senden"),
    ROW(206, "Der Server sandte einen Teil der Datei, der nicht zu gebrauchen ist"),
    ROW(207, "Der Server sandte den Zustand vieler Dinge statt einer Datei"),
    ROW(208, "Der Server sagt, er habe das schon gemeldet"),
    ROW(226, "Der Server sandte Änderungen statt der Datei"),

    ROW(300, "Der Server bietet unter dieser URL mehrere Dateien an",
        " Verwenden Sie die URL von einer davon."),
    ROW(301, "Die Datei ist endgültig umgezogen",
        " Verwenden Sie die neue URL, oder lassen Sie den Auftrag Umleitungen folgen."),
    ROW(302, "Die Datei ist zurzeit anderswo", " Lassen Sie den Auftrag Umleitungen folgen."),
    ROW(303, "Der Server verweist für die Antwort auf eine andere Seite"),
    ROW(304, "Der Server sagt, die Datei habe sich nicht geändert"),
    ROW(305, "Der Server will, dass die Datei über einen anderen Proxy geholt wird"),
    ROW(307, "Der Server leitet die Anfrage zurzeit um",
        " Lassen Sie den Auftrag Umleitungen folgen."),
    ROW(308, "Der Server leitet die Anfrage endgültig um",
        " Verwenden Sie die neue URL, oder lassen Sie den Auftrag Umleitungen folgen."),

    ROW(400, "Der Server hat die Anfrage nicht verstanden"),
    ROW(401, "Der Server verlangt Namen und Kennwort, oder er hat die angegebenen nicht anerkannt",
        " Geben Sie dem Auftrag Anmeldedaten, und setzen Sie ihn fort."),
    ROW(402, "Der Server will für diese Datei bezahlt werden"),
    ROW(403, "Der Server verweigert den Zugriff auf diese Datei"),
    ROW(404, "Der Server hat unter dieser URL keine Datei", " Prüfen Sie die URL."),
    ROW(405, "Der Server lässt eine solche Anfrage für die URL nicht zu"),
    ROW(406, "Der Server hat die Datei in keiner Form, die die Anfrage annähme"),
    ROW(407, "Der Proxy verlangt Namen und Kennwort, oder er hat die angegebenen nicht anerkannt",
        " Geben Sie dem Auftrag Anmeldedaten für den Proxy, und setzen Sie ihn fort."),
    ROW(408, "Der Server hat nicht länger auf die Anfrage gewartet"),
    ROW(409, "Die Anfrage widerspricht dem Zustand der Datei auf dem Server"),
    ROW(410, "Der Server hatte diese Datei, aber sie ist endgültig fort"),
    ROW(411, "Der Server besteht auf der Länge der Daten"),
    ROW(412, "Eine Bedingung der Anfrage war nicht erfüllt; vielleicht hat sich die Datei geändert"),
    ROW(413, "Die Daten sind größer, als der Server annimmt"),
    ROW(414, "Die URL ist länger, als der Server annimmt"),
    ROW(415, "Der Server nimmt Daten dieser Art nicht an"),
    ROW(416, "Der verlangte Teil liegt außerhalb der Datei"),
    ROW(417, "Der Server kann nicht tun, was die Anfrage von ihm erwartet"),
    ROW(418, "Der Server hat sich mit der Anfrage einen Scherz erlaubt"),
    ROW(421, "Die Anfrage erreichte einen Server, der nicht für diesen Namen antwortet"),
    ROW(422, "Der Server verstand die Anfrage, aber nicht ihre Daten"),
    ROW(423, "Die Datei ist auf dem Server gesperrt"),
    ROW(424, "Die Anfrage schlug fehl, weil eine frühere fehlgeschlagen ist"),
    ROW(425, "Der Server nimmt die Anfrage so früh in der Verbindung nicht an"),
    ROW(426, "Der Server besteht auf einer anderen Version des Protokolls"),
    ROW(428, "Der Server nimmt nur Anfragen an, die eine Bedingung enthalten"),
    ROW(429, "Der Server hat in kurzer Zeit zu viele Anfragen erhalten",
        " Setzen Sie den Auftrag später fort."),
    ROW(431, "Die Kopfzeilen der Anfrage sind größer, als der Server annimmt"),
    ROW(449, "Der Server verlangt die Anfrage noch einmal mit mehr Angaben"),
    ROW(451, "Der Server darf diese Datei aus rechtlichen Gründen nicht herausgeben"),

    ROW(500, "Der Server hatte selbst einen Fehler"),
    ROW(501, "Der Server kennt eine solche Anfrage nicht"),
    ROW(502, "Ein Gateway erhielt vom Server dahinter eine falsche Antwort"),
    ROW(503, "Der Server ist überlastet oder wird gewartet"),
    ROW(504, "Ein Gateway erhielt vom Server dahinter nicht rechtzeitig eine Antwort"),
    ROW(505, "Der Server nimmt diese Version von HTTP nicht an"),
    ROW(506, "Der Server ist widersprüchlich eingerichtet"),
    ROW(507, "Der Server hat keinen Platz mehr"),
    ROW(508, "Der Server lief bei dieser Anfrage im Kreis"),
    ROW(510, "Der Server verlangt eine Erweiterung, die der Anfrage fehlt"),
    ROW(511, "Das Netzwerk verlangt eine Anmeldung, bevor es etwas durchlässt",
        " Öffnen Sie dazu eine Seite in einem Browser."),
};
/* clang-format on */

const struct error_table error_table_http_german = {rows, ARRAY_COUNT(rows)};
