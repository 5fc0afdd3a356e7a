"""An OpenAPI document as one page of HTML: complete in itself, without a script, readable offline."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import msgspec

Document = Mapping[str, Any]

_REFERENCE = "#/components/schemas/"
_CODE = re.compile(r"`([^`]+)`")
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0a6ebd; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 6rem; font: 16px/1.55 system-ui, sans-serif; }
h1 { margin-bottom: 0; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); } h4 { margin: 1.2rem 0 .3rem; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
code, pre { font: .875em/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre { background: var(--soft); padding: .8rem 1rem; border-radius: 6px; overflow-x: auto; }
section.operation { border: 1px solid var(--line); border-radius: 8px; padding: 0 1.25rem 1rem; margin: 1.25rem 0; }
section.operation { overflow-x: auto; }
.method { font-weight: 700; padding: .1rem .5rem; border-radius: 4px; background: var(--accent); color: #fff; }
.path { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .94em; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-top: 1px solid var(--line); }
th { border-top: 0; font-weight: 600; } td:first-child { white-space: nowrap; }
.quiet { opacity: .7; } nav ul { columns: 2; padding-left: 1.1rem; } summary { cursor: pointer; }
@media (max-width: 40rem) { nav ul { columns: 1; } td:first-child { white-space: normal; } }
"""


def documentation_page(document: Document, document_path: str) -> str:
    """The page of a document that itself is served at `document_path`."""
    info = document["info"]
    tags = _operations_by_tag(document["paths"])
    body = [
        f"<h1>{escape(info['title'])}</h1>",
        _imprint(document, document_path),
        f"<p>{_prose(info['description'])}</p>",
        _contents(tags),
        *(_tag(tag, operations) for tag, operations in tags.items()),
        _security(document["components"]["securitySchemes"]),
        _schemas(document["components"]["schemas"]),
    ]
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def _imprint(document: Document, document_path: str) -> str:
    version, link = escape(document["info"]["version"]), escape(document_path)
    return f"<p class='quiet'>Version {version} · OpenAPI {document['openapi']} · <a href='{link}'>{link}</a></p>"


def _operations_by_tag(paths: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Document]]]:
    by_tag: dict[str, list[tuple[str, str, Document]]] = {}
    for path, methods in paths.items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return by_tag


def _contents(tags: Mapping[str, list[tuple[str, str, Document]]]) -> str:
    parts = []
    for tag, operations in tags.items():
        links = (
            f"<li><a href='#{escape(operation['operationId'])}'>{escape(operation['summary'])}</a></li>"
            for _, _, operation in operations
        )
        parts.append(f"<h4>{escape(tag)}</h4><ul>{''.join(links)}</ul>")
    return f"<nav>{''.join(parts)}<p><a href='#security'>Security</a> · <a href='#schemas'>Schemas</a></p></nav>"


def _tag(tag: str, operations: Iterable[tuple[str, str, Document]]) -> str:
    return f"<h2>{escape(tag)}</h2>" + "".join(_operation(*operation) for operation in operations)


def _operation(method: str, path: str, operation: Document) -> str:
    body = operation.get("requestBody")
    return "".join(
        (
            f"<section class='operation' id='{escape(operation['operationId'])}'>",
            f"<h3>{escape(operation['summary'])}</h3>",
            f"<p class='path'><code class='method'>{method}</code> <code>{escape(path)}</code></p>",
            f"<p>{_prose(operation['description'])}</p>" if operation.get("description") else "",
            _needed(operation.get("security", [])),
            _parameters(operation["parameters"]),
            f"<h4>Body</h4><p>{_prose(body['description'])}</p>{_content(body['content'])}" if body else "",
            _answers(operation["responses"]),
            "</section>",
        )
    )


def _needed(security: Iterable[Mapping[str, Any]]) -> str:
    names = [f"<code>{escape(name)}</code>" for scheme in security for name in scheme]
    return f"<p class='quiet'>Needs <a href='#security'>{', '.join(names)}</a></p>" if names else ""


def _parameters(parameters: Iterable[Document]) -> str:
    rows = [
        (
            f"<code>{escape(parameter['name'])}</code>",
            escape(parameter["in"]) + (", required" if parameter["required"] else ""),
            _schema_text(parameter["schema"]),
            _prose(parameter["description"]) + _example_text(parameter),
        )
        for parameter in parameters
    ]
    return f"<h4>Parameters</h4>{_table(('Name', 'Where', 'Type', 'Meaning'), rows)}" if rows else ""


def _example_text(parameter: Document) -> str:
    if "example" not in parameter:
        return ""
    return f" <span class='quiet'>Example: <code>{escape(str(parameter['example']))}</code></span>"


def _answers(responses: Mapping[str, Any]) -> str:
    rows = []
    for status, answer in responses.items():
        headers = "".join(
            f"<br><code>{escape(name)}</code>: {_prose(header['description'])}"
            for name, header in answer.get("headers", {}).items()
        )
        meaning = f"{_prose(answer['description'])}{headers}{_content(answer.get('content', {}))}"
        rows.append((f"<code>{status}</code>", meaning))
    return f"<h4>Answers</h4>{_table(('Status', 'Meaning'), rows)}"


def _content(content: Mapping[str, Any]) -> str:
    parts = []
    for media_type, held in content.items():
        of_type = f": {_schema_text(held['schema'])}" if "schema" in held else ""
        parts.append(f"<div class='quiet'><code>{escape(media_type)}</code>{of_type}</div>")
    examples = [held["example"] for held in content.values() if "example" in held]
    return "".join(parts) + (_example(examples[0]) if examples else "")


def _example(example: Any) -> str:
    text = example if isinstance(example, str) else _pretty(example)
    return f"<details open><summary>Example</summary><pre>{escape(text)}</pre></details>"


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _security(schemes: Mapping[str, Any]) -> str:
    rows = [
        (
            f"<code>{escape(name)}</code>",
            f"<code>{escape(str(scheme.get('name', scheme.get('scheme', scheme['type']))))}</code>",
            _prose(scheme.get("description", "")),
        )
        for name, scheme in schemes.items()
    ]
    return f"<h2 id='security'>Security</h2>{_table(('Name', 'Header or scheme', 'Meaning'), rows)}"


def _schemas(schemas: Mapping[str, Any]) -> str:
    return "<h2 id='schemas'>Schemas</h2>" + "".join(_schema(name, schema) for name, schema in schemas.items())


def _schema(name: str, schema: Document) -> str:
    required = schema.get("required", ())
    rows = [
        (
            f"<code>{escape(field)}</code>",
            _schema_text(described) + (", required" if field in required else ""),
            _prose(described.get("description", "")),
        )
        for field, described in schema.get("properties", {}).items()
    ]
    table = _table(("Field", "Type", "Meaning"), rows) if rows else f"<p>{_schema_text(schema)}</p>"
    return (
        f"<section class='operation' id='schema-{escape(name)}'><h3>{escape(name)}</h3>"
        f"<p>{_prose(schema.get('description', ''))}</p>{table}</section>"
    )


def _schema_text(schema: Document) -> str:
    """A schema in a few words, with links to those that it refers to."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_REFERENCE))
        return f"<a href='#schema-{name}'>{name}</a>"
    if "anyOf" in schema:
        return " or ".join(map(_schema_text, schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        items = schema.get("items") or {}
        return f"list of {_schema_text(items)}" if items else "list"
    kind = schema.get("type", "anything")
    return escape(" or ".join(kind) if isinstance(kind, list) else kind)


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _prose(text: str) -> str:
    """Text whose words between backticks are code."""
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))
