//! Attributes of models: a field's value as Python sees it, made from its bytes when it is read.
//!
//! A value in the exact form of its kind is read here; any other is converted by the Python half of the class.

use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyAttributeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString, PyType};

use crate::decode::{Unread, string, value};
use crate::item::Item;
use crate::shape::{Form, Known, Shape, end_of};

/// The base of Python's `Field`: its names and its type.
#[pyclass(subclass, frozen, generic, module = "mspkit._native")]
pub(crate) struct Field {
    wire: Py<PyString>,
    kind: Py<PyString>,
    of: Option<Py<PyType>>,
    many: bool,
    required: bool,
    form: Form,
    name: OnceLock<Py<PyString>>,
    /// Its index among the fields of its model.
    place: OnceLock<(Arc<Shape>, usize)>,
}

/// The fields of a model, in order.
#[pyclass(frozen, name = "Shape", module = "mspkit._native")]
pub(crate) struct ModelShape(pub(crate) Arc<Shape>);

#[pymethods]
impl ModelShape {
    #[new]
    #[pyo3(signature = (fields, /))]
    fn new(py: Python<'_>, fields: Vec<Bound<'_, Field>>) -> PyResult<Self> {
        let known: PyResult<_> = fields
            .iter()
            .map(|field| Ok(Known::new(field.get().wire.to_str(py)?, field.get().form)))
            .collect();
        let shape = Arc::new(Shape { fields: known? });
        for (place, field) in fields.into_iter().enumerate() {
            // A field that already belongs to another model keeps that one.
            let _ = field.get().place.set((shape.clone(), place));
        }
        Ok(Self(shape))
    }
}

#[pymethods]
impl Field {
    #[new]
    #[pyo3(signature = (wire, kind, of = None, many = false, required = false))]
    fn new(
        wire: Bound<'_, PyString>,
        kind: Bound<'_, PyString>,
        of: Option<Py<PyType>>,
        many: bool,
        required: bool,
    ) -> PyResult<Self> {
        let form = match kind.to_str()? {
            _ if many => Form::Never,
            "id" | "text" => Form::Text,
            "integer" => Form::Integer,
            "number" => Form::Number,
            "bool" => Form::Bool,
            _ => Form::Never,
        };
        let (wire, kind) = (wire.unbind(), kind.unbind());
        Ok(Self { wire, kind, of, many, required, form, name: OnceLock::new(), place: OnceLock::new() })
    }

    fn __set_name__(&self, _owner: &Bound<'_, PyAny>, name: Py<PyString>) {
        // A field that is put into a second class keeps its first name.
        let _ = self.name.set(name);
    }

    fn __get__<'py>(
        slf: &Bound<'py, Self>,
        model: Option<&Bound<'py, PyAny>>,
        _owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let Some(model) = model else { return Ok(slf.clone().into_any()) };
        let field = slf.get();
        match model.cast::<Item>()?.get().see(py, field)? {
            Seen::Ready(value) => Ok(value),
            Seen::Plain(value) => slf.call_method1(intern!(py, "read"), (value, model)),
            Seen::Nothing if field.required => {
                Err(model.cast::<Item>()?.get().missing(py, field.name(py)?.to_str(py)?))
            }
            Seen::Nothing => Ok(py.None().into_bound(py)),
        }
    }

    fn __set__(&self, model: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(self.about(model, " is read-only"))
    }

    fn __delete__(&self, model: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(self.about(model, " is read-only"))
    }

    /// The vendor's name.
    #[getter]
    fn wire(&self, py: Python<'_>) -> Py<PyString> {
        self.wire.clone_ref(py)
    }

    /// The name of the attribute.
    #[getter]
    pub(crate) fn name(&self, py: Python<'_>) -> PyResult<Py<PyString>> {
        let name = self.name.get().map(|name| name.clone_ref(py));
        name.ok_or_else(|| PyAttributeError::new_err("the field does not belong to a model"))
    }

    /// Its kind: id, text, integer, number, bool, secret, json or model.
    #[getter]
    fn kind(&self, py: Python<'_>) -> Py<PyString> {
        self.kind.clone_ref(py)
    }

    /// The model of each value, if its kind is model.
    #[getter]
    fn of(&self, py: Python<'_>) -> Option<Py<PyType>> {
        self.of.as_ref().map(|of| of.clone_ref(py))
    }

    /// Whether it is a list of these.
    #[getter]
    fn many(&self) -> bool {
        self.many
    }

    /// Whether the vendor guarantees that it is present and not null.
    #[getter]
    fn required(&self) -> bool {
        self.required
    }
}

impl Field {
    fn about(&self, model: &Bound<'_, PyAny>, what: &str) -> PyErr {
        let py = model.py();
        let message = || -> PyResult<String> {
            let of = model.get_type();
            Ok(format!("{}.{}{what}", of.name()?.to_str()?, self.name(py)?.to_str(py)?))
        };
        message().map_or_else(|error| error, PyAttributeError::new_err)
    }

    pub(crate) fn wire_name<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        self.wire.bind(py)
    }

    /// Its kind, as text.
    pub(crate) fn kind_name<'py>(&'py self, py: Python<'py>) -> PyResult<&'py str> {
        self.kind.bind(py).to_str()
    }

    /// The model of each value, if its kind is model.
    pub(crate) fn model<'py>(&'py self, py: Python<'py>) -> Option<&'py Bound<'py, PyType>> {
        self.of.as_ref().map(|of| of.bind(py))
    }

    pub(crate) fn is_many(&self) -> bool {
        self.many
    }

    pub(crate) fn form(&self) -> Form {
        self.form
    }

    pub(crate) fn place(&self) -> Option<&(Arc<Shape>, usize)> {
        self.place.get()
    }
}

/// A field's value, as far as it was read.
pub(crate) enum Seen<'py> {
    /// Absent or null.
    Nothing,
    /// In the form of the attribute.
    Ready(Bound<'py, PyAny>),
    /// As plain data that has to be converted.
    Plain(Bound<'py, PyAny>),
}

/// The value that begins at a position of an item's bytes.
pub(crate) fn seen_at<'py>(
    py: Python<'py>,
    item: &[u8],
    begin: usize,
    form: Form,
) -> Result<Seen<'py>, Unread> {
    let bytes = &item[begin..];
    match (form, bytes.first()) {
        (_, Some(b'n')) => return Ok(Seen::Nothing),
        (Form::Bool, Some(b't')) => return Ok(Seen::Ready(PyBool::new(py, true).to_owned().into_any())),
        (Form::Bool, Some(b'f')) => return Ok(Seen::Ready(PyBool::new(py, false).to_owned().into_any())),
        (Form::Text, Some(b'"')) => {
            if let Some(text) = string(py, bytes) {
                return Ok(Seen::Ready(text.into_any()));
            }
        }
        _ => {}
    }
    let end =
        end_of(item, begin).ok_or_else(|| Unread::Broken("the response is not valid JSON".to_owned()))?;
    let value = value(py, &item[begin..end])?;
    Ok(if form.fits(bytes) { Seen::Ready(value) } else { Seen::Plain(value) })
}

/// The value of a name in plain data.
pub(crate) fn seen_in<'py>(
    data: &Bound<'py, PyDict>,
    wire: &Bound<'py, PyString>,
    form: Form,
) -> PyResult<Seen<'py>> {
    let Some(value) = data.get_item(wire)?.filter(|value| !value.is_none()) else { return Ok(Seen::Nothing) };
    Ok(if is_ready(&value, form) { Seen::Ready(value) } else { Seen::Plain(value) })
}

/// Whether a value in memory already has this form.
pub(crate) fn is_ready(value: &Bound<'_, PyAny>, form: Form) -> bool {
    match form {
        Form::Text => value.is_exact_instance_of::<PyString>(),
        Form::Integer => value.is_exact_instance_of::<PyInt>(),
        Form::Number => value.is_exact_instance_of::<PyFloat>(),
        Form::Bool => value.is_exact_instance_of::<PyBool>(),
        Form::Never => false,
    }
}
