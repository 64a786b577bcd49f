"""Documents and expressions made by chance, and what libxml2 finds: a line of JSON each.

    python3 xpath.py SEED DOCUMENTS

The same seed makes the same lines. Half of the documents are HTML, half are XML, and many of them are broken.
"""

import json
import random
import re
import sys

from lxml import etree

HTML_NAMES = """p div a b i span ul li table tr td th tbody form h1 h2 script style title head body html br img input pre
select option textarea dl dt dd font center noscript iframe meta link em svg section""".split()
XML_NAMES = "a b c p:a p:b q:c r".split()
TEXTS = ["x", " ", "\n", "y z", "&amp;", "&lt;", "&", "& ", "&x", "&copy", "&copy;", "&nosuch;", "é", "<", "< ", ">",
         "]]>", "<!--c-->", "<!--", "<?pi x?>", "<![CDATA[d]]>", "&#65;", "&#x41", "&#0;", '"', "'"]
ATTRIBUTES = [" a='1'", ' b="2"', " c=3", " d", " required", " checked", " checked=''", " id=i1", " class='x y'", " /",
              " href='?a=1&copy=2&b=3'", " a='<'", " a='&lt;&x'", " xml:lang='en'", " xmlns='u:1'", " xmlns:p='u:2'",
              " p:k='v'", " =x", " '"]
GOOD_ATTRIBUTES = [" a='1'", ' b="2"', " xml:lang='en'", " xmlns='u:1'", " p:k='v'", " c='&lt;x&gt;'"]
STARTS = ["\ufeff", "\n", "<!doctype html>", "<?xml version='1.0'?>", "\n<?xml version='1.0'?>", "<!DOCTYPE r>",
          "<!--c-->", "text"]
AXES = ["child", "descendant", "descendant-or-self", "parent", "ancestor", "ancestor-or-self", "following", "preceding",
        "following-sibling", "preceding-sibling", "self"]
# Fixed expressions, asked of every document.
COMMON = ["count(//*[1])", "count(//*[last()])", "count((//*)[1])", "string(//text()[last()])", "string(/)",
          "count(//*[position() mod 2 = 0])", "string(1 div 3)", "string(count(//*) div 7)", "ends-with('a', 'a')",
          "matches('a', 'a')", "lower-case('A')", "exists(//a)", "string(//@*[last()])", "count(//a//b[1])"]


def document(is_html):
    text, is_open = "", []
    if random.random() < 0.15:
        text += random.choice(STARTS)
    if not is_html:
        text += random.choice(["<r xmlns:p='u:2'>"] * 4 + ["<r>"])
        is_open.append("r")
    for _ in range(random.randint(2, 14)):
        chance = random.random()
        if chance < 0.4:
            name, attributes = random.choice(HTML_NAMES if is_html else XML_NAMES), ""
            if not is_html and random.random() < 0.85:
                attributes = "".join(random.sample(GOOD_ATTRIBUTES, random.choice([0, 0, 1, 2])))
            elif random.random() < 0.5:
                attributes = "".join(random.choice(ATTRIBUTES) for _ in range(random.choice([0, 1, 1, 2])))
            text += "<" + name + attributes + random.choice([">", ">", ">", "/>"])
            is_open.append(name)
        elif chance < 0.6 and is_open:
            name = is_open.pop() if random.random() < 0.8 else random.choice(HTML_NAMES if is_html else XML_NAMES)
            text += "</" + name + ">"
        elif chance < 0.63:
            text += random.choice(["</", "</>", "</ x>", "</p x='1'>", "<p"])
        else:
            text += random.choice(TEXTS if random.random() < 0.4 else TEXTS[:6])
    if random.random() < 0.6:
        text += "".join("</" + name + ">" for name in reversed(is_open))
    return text


class Expressions:
    """Makes expressions. Those that are whole start at the document, as there is no other node."""

    def __init__(self, is_html):
        self.is_html = is_html

    def name(self):
        return random.choice("p div a b i td tr li ul span h1".split() if self.is_html else "a b c p:a p:b r p:* x".split())

    def predicate(self, depth):
        chance = random.random()
        if chance < 0.2:
            return random.choice(["0", "1", "1", "2", "3"])
        if chance < 0.3:
            return random.choice(["last()", "last()-1", "position()=2", "position()<last()", "position() mod 2=1"])
        return self.value(depth - 1, False)

    def step(self, depth):
        chance = random.random()
        if chance < 0.08:
            return random.choice([".", ".."])
        if chance < 0.2:
            return random.choice(["@*", "@a", "@id", "@class", "attribute::node()", "@*[1]"])
        step = "" if chance < 0.55 else random.choice(AXES) + "::"
        step += random.choice([self.name()] * 6 + ["*", "*", "*", "node()", "text()", "text()", "comment()"])
        while depth > 0 and random.random() < 0.35:
            step += "[" + self.predicate(depth) + "]"
        return step

    def path(self, depth, is_whole):
        path = random.choice(["/", "//", "//"]) if is_whole or random.random() < 0.3 else ""
        path += self.step(depth)
        while random.random() < 0.45:
            path += random.choice(["/", "/", "//"]) + self.step(depth)
        return path

    def nodes(self, depth, is_whole):
        chance = random.random()
        if depth > 0 and chance < 0.15:
            return self.nodes(depth - 1, is_whole) + random.choice([" | ", "|"]) + self.nodes(depth - 1, is_whole)
        if depth > 0 and chance < 0.3:
            behind = random.choice(["", "/" + self.step(depth), "//" + self.step(depth)])
            return "(" + self.nodes(depth - 1, is_whole) + ")[" + self.predicate(depth) + "]" + behind
        return self.path(depth, is_whole)

    def number(self, depth, is_whole):
        chance = random.random()
        if depth <= 0 or chance < 0.2:
            return random.choice(["0", "1", "2", "3.5", ".5", "10", "0.1", "1000000", "1 div 0", "-1", "12345678901"])
        if chance < 0.45:
            operator = random.choice([" + ", " - ", " * ", " div ", " mod "])
            return self.number(depth - 1, is_whole) + operator + self.number(depth - 1, is_whole)
        if chance < 0.6:
            return "count(" + self.nodes(depth - 1, is_whole) + ")"
        if chance < 0.7:
            return random.choice(["floor", "ceiling", "round"]) + "(" + self.number(depth - 1, is_whole) + ")"
        if chance < 0.9:
            return random.choice(["string-length", "number"]) + "(" + self.text(depth - 1, is_whole) + ")"
        return "sum(" + self.nodes(depth - 1, is_whole) + ")"

    def text(self, depth, is_whole):
        chance = random.random()
        if depth <= 0 or chance < 0.2:
            return random.choice(["'x'", "''", "'1'", "'a b'", "'é'", '"y z"'])
        inner = self.text(depth - 1, is_whole)
        if chance < 0.5:
            return "string(" + self.nodes(depth - 1, is_whole) + ")"
        if chance < 0.65:
            function = random.choice(["name", "local-name", "namespace-uri"])
            return function + "(" + self.nodes(depth - 1, is_whole) + ")"
        if chance < 0.7:
            return "concat(" + inner + "," + self.text(depth - 1, is_whole) + ")"
        if chance < 0.75:
            return "substring(" + inner + "," + self.number(0, is_whole) + "," + self.number(0, is_whole) + ")"
        if chance < 0.8:
            return "normalize-space(" + inner + ")"
        if chance < 0.85:
            return "translate(" + inner + ",'xy1','AB')"
        if chance < 0.9:
            return random.choice(["substring-before", "substring-after"]) + "(" + inner + ",'1')"
        return "string(" + self.number(depth - 1, is_whole) + ")"

    def boolean(self, depth, is_whole):
        chance = random.random()
        if depth <= 0:
            return random.choice(["true()", "false()", "lang('en')"])
        if chance < 0.35:
            operator = random.choice(["=", "!=", "<", ">", "<=", ">="])
            return self.value(depth - 1, is_whole) + operator + self.value(depth - 1, is_whole)
        if chance < 0.55:
            operator = random.choice([" and ", " or "])
            return "(" + self.boolean(depth - 1, is_whole) + operator + self.boolean(depth - 1, is_whole) + ")"
        if chance < 0.8:
            return random.choice(["not", "boolean"]) + "(" + self.value(depth - 1, is_whole) + ")"
        function = random.choice(["contains", "starts-with"])
        return function + "(" + self.text(depth - 1, is_whole) + "," + self.text(depth - 1, is_whole) + ")"

    def value(self, depth, is_whole):
        kind = random.choice([self.nodes, self.nodes, self.number, self.text, self.boolean])
        return kind(max(depth, 0), is_whole)

    def whole(self):
        # Nodes are counted, as lxml leaves the document itself out of those it gives.
        if random.random() < 0.5:
            return "count(" + self.nodes(3, True) + ")"
        return random.choice([self.number, self.text, self.boolean])(3, True)


def structure():
    """What shows how a document was read."""
    yield "count(//node())"
    yield "count(//@*)"
    for place in range(1, 13):
        yield f"name((//node())[{place}])"
        yield f"count((//node())[{place}]/ancestor::node())"
        yield f"string((//node())[{place}])"
        yield f"concat(name((//@*)[{place}]), '=', (//@*)[{place}])"


def read(is_html, text):
    """The tree, or none. Entities stay what they are, and CDATA too."""
    parser = etree.HTMLParser(recover=True, encoding="utf-8") if is_html else etree.XMLParser(
        recover=True, resolve_entities=False, strip_cdata=False, no_network=True, encoding="utf-8")
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None


def namespaces(root):
    """All that are declared, each prefix with its last; `_` is the first default one."""
    found = {}
    for element in root.iter(etree.Element):
        around = element.getparent()
        outer = {} if around is None else around.nsmap
        for prefix, namespace in element.nsmap.items():
            if outer.get(prefix) != namespace and not (prefix is None and "_" in found):
                found[prefix or "_"] = namespace
    return found


def find(is_html, root, xpath):
    if root is None:
        return None
    known = {} if is_html else namespaces(root)
    try:
        evaluator = etree.XPathDocumentEvaluator(root.getroottree(), namespaces=known, smart_strings=False, regexp=False)
        found = evaluator(xpath)
    except etree.XPathError:
        return None
    if isinstance(found, float):
        return {"number": repr(found)}
    return {"nodes": len(found)} if isinstance(found, list) else found


def main():
    random.seed(int(sys.argv[1]))
    for number in range(int(sys.argv[2])):
        is_html = number % 2 == 0
        text, expressions = document(is_html), Expressions(is_html)
        root = read(is_html, text)
        # lxml sees one root only, where text behind the end of HTML begins another.
        if is_html and ("</html" in text or re.search("<html[^>]*/>", text)):
            continue
        has_prefix = root is not None and "p" in namespaces(root)
        for xpath in [*structure(), *COMMON, *(expressions.whole() for _ in range(10))]:
            # Whether a prefix that nobody declares is come to depends on what is looked at first.
            if "p:" in xpath and not has_prefix:
                continue
            found = find(is_html, root, xpath)
            print(json.dumps({"html": is_html, "text": text, "xpath": xpath, "found": found}))


main()
