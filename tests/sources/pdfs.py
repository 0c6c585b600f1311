"""PDF files, as a plain writer makes them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def pdf(pages: Sequence[Sequence[str]], info: str = "", *, trailer: str = "") -> bytes:
    """Return a PDF file with these lines on its pages, top down, in Helvetica."""
    count = len(pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(f'{5 + 2 * n} 0 R' for n in range(count))}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {info} >>".encode("latin-1"),
    ]
    for number, lines in enumerate(pages):
        shown = "".join(f"({line}) Tj T*\n" for line in lines)
        stream = zlib.compress(f"BT /F1 11 Tf 13 TL 72 760 Td\n{shown}ET".encode("cp1252"))
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode(),
            f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode() + stream + b"\nendstream",
        ]
    file = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R %s >>\n" % (len(objects) + 1, trailer.encode())
    return bytes(file + b"startxref\n%d\n%%%%EOF\n" % start)


PROSE = [
    "The ferry at Sinpo did not leave for three days, and nobody in the harbour said why. Salt was",
    "dear in Wonsan, a trader told the Gazette on Monday, and “everyone” knew it, he said; officials infor-",
    "med nobody.",
    "Rice rose in Hyesan last week.",
]
INFO = "/Title (Ferry at Sinpo) /Author (Noh Invented) /CreationDate (D:20180502030405+09'00')"
