"""An OpenAPI document that costs nothing until somebody reads it."""

from threading import RLock
from typing import Any

from flask_smorest import Api, Blueprint


class LateApi(Api):  # type: ignore[misc]
    """Writes the document when it is first asked for.

    Writing it is half of making an application, and most processes are never asked.
    """

    def __init__(self) -> None:
        self._blueprints: list[Blueprint] = []
        self._options: dict[str, Any] = {}
        self._spec: Any = None  # an APISpec, once it is written
        self._writing = RLock()
        super().__init__()

    @property
    def spec(self) -> Any:
        """The document (an APISpec) of the application that was bound last; None before."""
        with self._writing:
            if self._spec is None and self._app is not None:
                try:
                    self._write()
                except BaseException:
                    self._spec = None  # half a document is none
                    raise
            return self._spec

    @spec.setter
    def spec(self, spec: Any) -> None:
        self._spec = spec

    def register_blueprint(self, blueprint: Blueprint, **options: Any) -> None:
        """Register the routes now; what they document is read when somebody asks."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint, **options)
        self._blueprints.append(blueprint)

    def _init_spec(self, **options: Any) -> None:
        self._blueprints, self._options, self._spec = [], options, None

    def _write(self) -> None:
        super()._init_spec(**self._options)
        for one in self._blueprints:
            one.register_views_in_doc(self, self._app, self._spec, name=one.name, parameters=None)
            self._spec.tag({"name": one.name, "description": one.description})
