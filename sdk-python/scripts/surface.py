"""Prints the public surface of the package, as griffe reads it from the sources: declarations without documentation.

Parameters that must be given stand in the line of their function; each that may be given has a line of its own, because
one more of those breaks nobody.
"""

from __future__ import annotations

import griffe

package = griffe.load("musicverse", search_paths=["src"], resolve_aliases=True, resolve_external=False)


SPECIAL = ("__aenter__", "__aiter__", "__await__", "__enter__", "__iter__")


def target(obj: griffe.Object | griffe.Alias) -> griffe.Object:
    return obj.final_target if isinstance(obj, griffe.Alias) else obj


def parameter(one: griffe.Parameter) -> str:
    return f"{one.name}: {one.annotation}" if one.annotation else one.name


def function(found: griffe.Function, indent: str = "") -> list[str]:
    name = found.name
    if found.has_labels("property") or found.has_labels("cached"):
        return [f"{indent}{name}: {found.returns}"]
    given = [one for one in found.parameters if one.name not in ("self", "cls")]
    needed = [one for one in given if one.default is None]
    star = ["*"] if any(one.kind is griffe.ParameterKind.keyword_only for one in needed) else []
    positional = [parameter(one) for one in needed if one.kind is not griffe.ParameterKind.keyword_only]
    keywords = [parameter(one) for one in needed if one.kind is griffe.ParameterKind.keyword_only]
    kind = "async function" if found.has_labels("async") else "function"
    head = f"{indent}{kind} {name}({', '.join([*positional, *star, *keywords])}) -> {found.returns}"
    return [
        head,
        *(f"{indent}    {name}({parameter(one)} = {one.default})" for one in given if one.default is not None),
    ]


def bases_of(cls: griffe.Class) -> list[griffe.Class]:
    """The class itself and those of ours that it inherits from."""
    return [cls, *(base for base in cls.mro() if base.path.startswith("musicverse."))]


def shown(name: str) -> bool:
    return name != "from_answer" and (not name.startswith("_") or name in SPECIAL)


def members(cls: griffe.Class) -> list[str]:
    is_typed_dict = any(str(base) == "TypedDict" for base in cls.bases)
    lines: dict[str, list[str]] = {}
    for base in reversed(bases_of(cls)):
        for name, member in base.members.items():
            is_made_by_users = name == "__init__" and cls.name.endswith("MusicVerse")
            if not (shown(name) or is_made_by_users) or isinstance(member, griffe.Alias) or name == "model_config":
                continue
            if isinstance(member, griffe.Function):
                lines[name] = function(member, "    ")
            elif isinstance(member, griffe.Attribute) and member.annotation is not None:
                annotation = str(member.annotation)
                optional = "?" if is_typed_dict and not annotation.startswith("Required[") else ""
                lines[name] = [f"    {name}{optional}: {annotation}"]
            elif isinstance(member, griffe.Attribute) and "staticmethod" in str(member.value):
                lines[name] = [f"    {name} = {member.value}"]
    return [line for name in sorted(lines) for line in lines[name]]


def declaration(name: str, obj: griffe.Object) -> str:
    if isinstance(obj, griffe.Class):
        bases = ", ".join(str(base) for base in obj.bases if not str(base).startswith("Generated"))
        return "\n".join([f"class {name}({bases})", *members(obj)])
    if isinstance(obj, griffe.Function):
        return "\n".join(function(obj))
    value = obj.value if isinstance(obj, griffe.Attribute) else ""
    text = " ".join(str(value).split())
    is_literal = text.startswith("Literal[") and text.count("[") == 1
    values = text.removeprefix("Literal[").removesuffix("]").split(", ") if is_literal else text.strip("'").split(" | ")
    return "\n".join([f"type {name}", *(f"    | {value}" for value in values)])


def main() -> None:
    found: dict[str, griffe.Object] = {}
    for module, prefix in ((package, ""), (package["_generated.types"], "types.")):
        for exported in module.exports or []:
            name = str(exported)
            if name != "__version__":
                found[prefix + name] = target(module[name])
    for registry in ("_generated.registry", "_generated.async_registry"):
        module = package[registry]
        for name, member in module.members.items():
            if name.endswith("Resource") and isinstance(member, griffe.Alias):
                found[name] = package[member.target_path.removeprefix("musicverse.")]
    blocks = [declaration(name.rpartition(".")[2], found[name]) for name in sorted(found)]
    print("What users can name. `npm test -- sdk-python` tells when it is out of date; scripts/surface.py")
    print("writes it.\n")
    print("```python\n" + "\n\n".join(blocks) + "\n```")


main()
