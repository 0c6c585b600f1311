"""Mail and pages saved by browsers; what they tell is fiction."""

from __future__ import annotations

import base64
from email.message import EmailMessage

HTML = (
    "<html><body><h1>Rice</h1><p>Rice rose in Hyesan, a trader said on Monday.</p><p>쌀값이 올랐다.</p></body></html>"
)
TEXT = "Corn fell in Sinuiju.\n\nFrom now on it is cheap.\n"


def newsletter(html: str | None = HTML, text: str | None = TEXT, **headers: str) -> bytes:
    message = EmailMessage()
    given = {
        "From": "=?utf-8?q?River_Post_=EC=8C=80?= <desk@river-post.example>",
        "To": "reader@example.org",
        "Subject": "Rice rises",
        "Date": "Thu, 13 Jun 2019 09:30:00 +0900",
        "Message-ID": "<1@river-post.example>",
    }
    for name, value in (given | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        message[name] = value
    if text is not None:
        message.set_content(text)
    if html is not None and text is not None:
        message.add_alternative(html, subtype="html")
    elif html is not None:
        message.set_content(html, subtype="html", charset="euc-kr")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    return message.as_bytes()


def mailbox(*messages: bytes) -> bytes:
    begin = b"From desk@river-post.example Thu Jun 13 09:30:00 2019\n"
    return b"\n".join(begin + message.replace(b"\nFrom ", b"\n>From ") + b"\n" for message in messages)


STORY = (
    "<article><h1>Squid on the quay</h1>"
    + "<p>Squid was dried on the quay of Wonsan for weeks, a trader said.</p>" * 3
    + "</article>"
)
PAGE = f'<!DOCTYPE html><html lang="en"><head><title>Squid on the quay</title></head><body>{STORY}</body></html>'

MHTML = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://river-post.example/2019/06/squid?utm_source=x\r\n"
    "Subject: Squid on the quay\r\nDate: Fri, 14 Jun 2019 01:02:03 +0900\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related; type="text/html"; boundary="----b"\r\n\r\n\r\n------b\r\n'
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Location: https://river-post.example/2019/06/squid\r\n\r\n"
    + base64.encodebytes(PAGE.encode()).decode().replace("\n", "\r\n")
    + "\r\n------b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Location: https://river-post.example/a.png\r\n\r\niVBORw0KGgo=\r\n------b--\r\n"
).encode()

PICTURE = base64.b64encode(bytes(range(256)) * 100).decode()
SINGLEFILE = PAGE.replace(
    '<html lang="en">',
    '<html lang="en"><!--\n Page saved with SingleFile \n url: https://river-post.example/2019/06/squid \n'
    " saved date: Fri Jun 14 2019 01:02:03 GMT+0900 (Korean Standard Time)\n-->",
).replace("</article>", f'<img src=data:image/png;base64,{PICTURE} alt="x"><p>Nobody bought it.</p></article>')
