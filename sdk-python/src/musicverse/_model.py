from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Generic, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import Self

__all__ = ["Field", "Model", "Tagged", "UnknownEvent"]

T = TypeVar("T")


class Model(BaseModel):
    """Base of everything the API answers with.

    A newer or older server than this version never makes an answer unreadable: members that this version does not know
    are kept (``model_extra``, or as attributes), enums take any value, and a member that is missing is None.
    """

    # Schemas are built when a model is first used: most programs use few of them.
    model_config = ConfigDict(extra="allow", defer_build=True, protected_namespaces=(), populate_by_name=True)

    @classmethod
    def from_answer(cls, value: Any) -> Self:
        """Builds it from a JSON value as the server sends it. Never raises: what does not fit is taken as it is."""
        try:
            return cls.model_validate(value)
        except ValidationError:
            built: Self = _build(cls, value)
            return built


class UnknownEvent(Model):
    """An event of a type that this version does not know: its members as they came."""

    id: str = ""
    type: str = ""
    data: Any = None


class Tagged(Generic[T]):
    """A union of models told apart by one member. An unknown tag gives an :class:`UnknownEvent`."""

    def __init__(self, tag: str, models: Mapping[str, type[Model]]) -> None:
        self._tag = tag
        self._models = models

    def from_answer(self, value: Any) -> T:
        tag = value.get(self._tag) if isinstance(value, dict) else None
        model = self._models.get(tag, UnknownEvent) if isinstance(tag, str) else UnknownEvent
        built: T = cast("Any", model.from_answer(value))
        return built


def _build(model: type[Any], value: Any) -> Any:
    """The model without validation as a whole: each member as far as it fits."""
    if not isinstance(value, dict):
        return value
    fields = model.model_fields
    known = {name: field.alias or name for name, field in fields.items()}
    members = {
        name: _fit(fields[name].annotation, value[wire]) if wire in value else None for name, wire in known.items()
    }
    wires = set(known.values())
    extra = {wire: member for wire, member in value.items() if wire not in wires}
    present = {name for name, wire in known.items() if wire in value}
    return model.model_construct(_fields_set=present | set(extra), **{**extra, **members})


def _fit(annotation: Any, value: Any) -> Any:
    try:
        return TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        pass
    arguments = get_args(annotation)
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        candidates = [argument for argument in arguments if argument is not type(None)]
        return _fit(candidates[0], value) if len(candidates) == 1 else value
    if origin is list and isinstance(value, list):
        return [_fit(arguments[0], item) for item in value]
    if origin is dict and isinstance(value, dict):
        return {name: _fit(arguments[1], member) for name, member in value.items()}
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return _build(annotation, value)
    return value
