"""Books and documents, made as other programs make them; what they tell is fiction."""

from __future__ import annotations

import zipfile
from io import BytesIO

from .packing import zipped

CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="x">urn:isbn:000</dc:identifier>
<dc:title>Letters from Musan</dc:title><dc:creator>Noh Invented</dc:creator><dc:language>en</dc:language>
<dc:publisher>Border Gazette Books</dc:publisher><dc:date>2016-05</dc:date></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="cover" href="cover.xhtml" media-type="application/xhtml+xml"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
<item id="c1" href="text/one%20.xhtml" media-type="application/xhtml+xml"/>
<item id="c2" href="text/two.xhtml" media-type="application/xhtml+xml"/>
<item id="c3" href="text/gone.xhtml" media-type="application/xhtml+xml"/>
<item id="pic" href="a.png" media-type="image/png"/></manifest>
<spine><itemref idref="cover"/><itemref idref="nav"/><itemref idref="c1"/><itemref idref="c2"/><itemref idref="c3"/>
<itemref idref="pic"/></spine></package>"""
NAV = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>
<nav epub:type="toc"><ol>
<li><a href="text/one%20.xhtml#start">One: the <i>river</i></a></li></ol></nav></body></html>"""
NCX = """<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>
<navPoint id="a"><navLabel><text>Eins</text></navLabel><content src="text/one%20.xhtml"/></navPoint></navMap></ncx>"""
CHAPTER = (
    '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
    "<body class='c'><h2>{}</h2><p>{}</p></body></html>"
)
MEMBERS = {
    "META-INF/container.xml": CONTAINER.encode(),
    "OEBPS/book.opf": PACKAGE.encode(),
    "OEBPS/nav.xhtml": NAV.encode(),
    "OEBPS/toc.ncx": NCX.encode(),
    "OEBPS/cover.xhtml": b"<html><body><img src='a.png'/></body></html>",
    "OEBPS/text/one .xhtml": CHAPTER.format("1", "The river froze in December.").encode(),
    "OEBPS/text/two.xhtml": CHAPTER.format("Two: <b>the</b> bridge", "Guards were changed.").encode(),
}


def epub(**changed: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for name, content in (MEMBERS | {name: text.encode() for name, text in changed.items()}).items():
            archive.writestr(name, content)
    return file.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BODY = f"""<?xml version="1.0"?><w:document {W}><w:body>
<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>Salt in Wonsan</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">Salt was </w:t></w:r><w:r><w:t>dear</w:t><w:br/><w:t>in Wonsan.</w:t></w:r>
<w:del><w:r><w:delText>Not said.</w:delText></w:r></w:del></w:p><w:p/>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>쌀</w:t><w:tab/><w:t>5,000</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"""
CORE = """<?xml version="1.0"?><cp:coreProperties
xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">
<dc:title>Document1</dc:title><dc:creator>{}</dc:creator><dcterms:created>{}</dcterms:created>
</cp:coreProperties>"""


def docx(body: str = BODY, creator: str = "Ara Fictional", created: str = "2017-03-04T05:06:07Z") -> bytes:
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "_rels/.rels": b"<Relationships/>",
            "word/document.xml": body.encode(),
            "docProps/core.xml": CORE.format(creator, created).encode(),
        }
    )
