//! What models are views of: an item of a page, the result of a call, or data that was made by hand.

use std::sync::Arc;

use pyo3::exceptions::{PyAttributeError, PyStopIteration, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};

use crate::answer::{Page, Response};
use crate::cursor::Cursor;
use crate::decode::{Unread, value};
use crate::failure::Failure;
use crate::field::{Field, ModelShape, Seen, is_ready, seen_at, seen_in};
use crate::shape::{Known, Shape, begin_of, is_object};

/// The base of every model. It reads its fields on request, and caches nothing.
#[pyclass(subclass, weakref, frozen, module = "mspkit._native")]
pub(crate) struct Item {
    origin: Origin,
    /// Data under the vendor's names, for a model that is not a slice of a response.
    made: PyOnceLock<Py<PyDict>>,
}

/// The response that it belongs to.
enum Origin {
    None,
    Page(Py<Page>, usize),
    Response(Py<Response>),
}

#[pymethods]
impl Item {
    /// A model of its source: the next item of a page, a response, or data with or without another model. Fields are
    /// set by `__init__`.
    #[new]
    #[pyo3(signature = (from = None, with = None, /, **_fields))]
    fn new(
        from: Option<&Bound<'_, PyAny>>,
        with: Option<&Bound<'_, PyAny>>,
        _fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let made = PyOnceLock::new();
        let Some(from) = from else { return Ok(Self { origin: Origin::None, made }) };
        let py = from.py();
        let origin = if let Ok(cursor) = from.cast::<Cursor>() {
            let cursor = cursor.get();
            let at = cursor.next().ok_or_else(|| PyStopIteration::new_err(()))?;
            Origin::Page(cursor.page.clone_ref(py), at)
        } else if let Ok(response) = from.cast::<Response>() {
            Origin::Response(response.clone().unbind())
        } else if let Ok(data) = from.cast::<PyDict>() {
            let _ = made.set(py, data.clone().unbind());
            let with = with.and_then(|with| with.cast::<Item>().ok());
            with.map_or(Origin::None, |with| with.get().origin.again(py))
        } else if let (Ok(page), Some(at)) = (from.cast::<Page>(), with) {
            Origin::Page(page.clone().unbind(), at.extract()?)
        } else {
            return Err(PyTypeError::new_err("a model takes its fields as keyword arguments"));
        };
        Ok(Self { origin, made })
    }

    /// Keeps the data of a model that is made by hand.
    fn _keep(&self, data: Bound<'_, PyDict>) -> PyResult<()> {
        let py = data.py();
        self.made.set(py, data.unbind()).map_err(|_| PyAttributeError::new_err("models are read-only"))
    }

    /// The response that it belongs to.
    #[getter]
    fn _source<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        match &self.origin {
            Origin::None => None,
            Origin::Page(page, _) => Some(page.bind(py).clone().into_any()),
            Origin::Response(response) => Some(response.bind(py).clone().into_any()),
        }
    }

    /// Everything that was sent, as plain data under the vendor's names. Must not be changed: it may be the model's
    /// own.
    #[pyo3(name = "_loaded")]
    fn loaded<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        if let Some(made) = self.made.get(py) {
            return Ok(made.bind(py).clone());
        }
        let Some(bytes) = self.bytes() else { return Ok(PyDict::new(py)) };
        let loaded = value(py, bytes).map_err(|unread| self.refuse(py, unread))?;
        loaded.cast_into().map_err(|_| self.refuse(py, Unread::Broken(NO_OBJECT.to_owned())))
    }

    /// The error for a value that cannot be read, with the metadata of the response.
    fn _unreadable(&self, py: Python<'_>, reason: &str) -> Py<PyAny> {
        self.refuse(py, Unread::Broken(reason.to_owned())).into_value(py).into_any()
    }

    /// Whether the vendor's field was sent.
    fn _has(&self, py: Python<'_>, wire: &str) -> PyResult<bool> {
        match self.made.get(py) {
            Some(made) => made.bind(py).contains(wire),
            None => Ok(self.bytes().is_some_and(|bytes| begin_of(bytes, wire).is_some())),
        }
    }

    /// A copy of everything that was sent, as plain data under the names of attributes or of the vendor.
    fn _plain<'py>(
        slf: &Bound<'py, Self>,
        by_wire: &Bound<'py, PyDict>,
        by_wire_name: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let py = slf.py();
        let plain = PyDict::new(py);
        for (wire, value) in slf.get().loaded(py)? {
            let known = by_wire.get_item(&wire)?;
            let Some(known) = known.as_ref().and_then(|known| known.cast::<Field>().ok()) else {
                plain.set_item(wire, copied(value, by_wire_name)?)?;
                continue;
            };
            let field = known.get();
            let value = if value.is_none() || is_ready(&value, field.form()) {
                value
            } else {
                known.call_method1(intern!(py, "plain"), (value, by_wire_name, slf))?
            };
            let name = if by_wire_name { wire } else { field.name(py)?.into_bound(py).into_any() };
            plain.set_item(name, value)?;
        }
        Ok(plain)
    }

    /// Indices and values of the fields whose form needs conversion.
    fn _unread<'py>(
        &self,
        py: Python<'py>,
        shape: &Bound<'py, ModelShape>,
    ) -> PyResult<Vec<(usize, Bound<'py, PyAny>)>> {
        let shape = &shape.get().0;
        let refuse = |unread| self.refuse(py, unread);
        let mut unread = Vec::new();
        for (place, Known { wire, form, .. }) in shape.fields.iter().enumerate() {
            let seen = match self.made.get(py) {
                Some(made) => seen_in(made.bind(py), &PyString::new(py, wire), *form)?,
                // A value that evidently can be read is not made.
                None => match self.begin(shape, place) {
                    Some((bytes, begin)) if !form.fits(&bytes[begin..]) => {
                        seen_at(py, bytes, begin, *form).map_err(refuse)?
                    }
                    Some(_) => continue,
                    None => self.nothing().map_err(refuse)?,
                },
            };
            if let Seen::Plain(value) = seen {
                unread.push((place, value));
            }
        }
        Ok(unread)
    }
}

impl Item {
    /// The value of a field.
    pub(crate) fn see<'py>(&self, py: Python<'py>, field: &Field) -> PyResult<Seen<'py>> {
        if let Some(made) = self.made.get(py) {
            return seen_in(made.bind(py), field.wire_name(py), field.form());
        }
        let found = if let Some((shape, place)) = field.place() {
            self.begin(shape, *place)
        } else {
            // The field was made outside of a model's class.
            let wire = field.wire_name(py).to_str()?;
            self.bytes().and_then(|bytes| Some((bytes, begin_of(bytes, wire)?)))
        };
        match found {
            Some((bytes, begin)) => seen_at(py, bytes, begin, field.form()),
            None => self.nothing(),
        }
        .map_err(|unread| self.refuse(py, unread))
    }

    /// The error for a missing field that the vendor guarantees; `name` is that of the attribute.
    pub(crate) fn missing(&self, py: Python<'_>, name: &str) -> PyErr {
        let error = match &self.origin {
            Origin::None => Failure::missing(name),
            Origin::Page(page, _) => page.get().meta().missing(name).into(),
            Origin::Response(response) => response.get().meta().missing(name).into(),
        };
        error.raise(py)
    }

    /// The error for a value that cannot be read, with the metadata of its response.
    fn refuse(&self, py: Python<'_>, unread: Unread) -> PyErr {
        unread.raise(py, |reason| match &self.origin {
            Origin::None => Failure::undecodable(reason),
            Origin::Page(page, at) => page.get().unreadable(*at, reason),
            Origin::Response(response) => response.get().unreadable(reason),
        })
    }

    /// Its source.
    fn bytes(&self) -> Option<&[u8]> {
        match &self.origin {
            Origin::None => None,
            Origin::Page(page, at) => page.get().item(*at),
            Origin::Response(response) => Some(response.get().json()),
        }
    }

    /// Its source, and where the field begins in it.
    fn begin(&self, shape: &Arc<Shape>, place: usize) -> Option<(&[u8], usize)> {
        let bytes = self.bytes()?;
        let begin = match &self.origin {
            Origin::None => None,
            Origin::Page(page, at) => page.get().table(shape).begin(*at, bytes, shape, place),
            Origin::Response(response) => response.get().table(shape).begin(0, bytes, shape, place),
        };
        Some((bytes, begin?))
    }

    /// Not found; only objects have fields.
    fn nothing<'py>(&self) -> Result<Seen<'py>, Unread> {
        if self.bytes().is_none_or(is_object) {
            Ok(Seen::Nothing)
        } else {
            Err(Unread::Broken(NO_OBJECT.to_owned()))
        }
    }
}

impl Origin {
    fn again(&self, py: Python<'_>) -> Self {
        match self {
            Self::None => Self::None,
            Self::Page(page, at) => Self::Page(page.clone_ref(py), *at),
            Self::Response(response) => Self::Response(response.clone_ref(py)),
        }
    }
}

/// The value of an unknown field; lists and objects are copied.
fn copied(value: Bound<'_, PyAny>, by_wire_name: bool) -> PyResult<Bound<'_, PyAny>> {
    static PLAIN: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = value.py();
    if value.is_none() || value.is_exact_instance_of::<PyString>() {
        return Ok(value);
    }
    PLAIN.import(py, "mspkit._model", "plain")?.call1((value, by_wire_name))
}

const NO_OBJECT: &str = "the response cannot be read: expected an object";
