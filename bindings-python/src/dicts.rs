//! Rows as dicts, in one pass over the bytes of each: no model is made.
//!
//! A value in the exact form of its kind is read here. A row with any other value is read as a model, whose Python half
//! converts it, so that the dicts are those of the models.

use std::sync::Arc;

use mspkit::{CurrentPage, Spelling};
use mspkit_data::DictOptions;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyString, PyType};

use crate::answer::Page;
use crate::cursor::Items;
use crate::decode::{Broken, Reader};
use crate::encode::arguments;
use crate::failure::Failure;
use crate::field::Field;
use crate::shape::end_of;

/// How the rows of a list become dicts.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct DictReader {
    model: Py<PyType>,
    /// The models, the row's first.
    nodes: Vec<Node>,
    /// The chosen columns, or those that are filled with `None`.
    columns: Option<Vec<Py<PyString>>>,
    /// Whether only chosen columns are read.
    chosen: bool,
    /// Whether missing columns are `None`.
    null: bool,
}

/// The fields of a model.
struct Node {
    fields: Vec<Member>,
}

/// A field.
struct Member {
    wire: Box<str>,
    /// Its name in a row without spaces, from the quote to the colon.
    quoted: Box<str>,
    name: Py<PyString>,
    how: How,
    /// Its place among the columns.
    column: Option<usize>,
}

/// How a value is read.
#[derive(Clone)]
enum How {
    /// Text, or a number that becomes one.
    Text,
    Integer,
    Number,
    Bool,
    /// Plain data.
    Any,
    /// An object of this node.
    Object(usize),
    List(Box<How>),
}

impl DictReader {
    fn node(
        py: Python<'_>,
        model: &Bound<'_, PyType>,
        nodes: &mut Vec<Node>,
        known: &mut Vec<(Py<PyType>, usize)>,
    ) -> PyResult<usize> {
        if let Some((_, place)) = known.iter().find(|(other, _)| other.is(model)) {
            return Ok(*place);
        }
        let place = nodes.len();
        nodes.push(Node { fields: Vec::new() });
        known.push((model.clone().unbind(), place));
        let mut fields = Vec::new();
        // Rows that are plain data have no fields.
        let by_wire = match model.getattr_opt(intern!(py, "_by_wire"))? {
            Some(fields) => fields.cast_into::<PyDict>()?,
            None => PyDict::new(py),
        };
        for field in by_wire.values() {
            let field = field.cast_into::<Field>()?;
            let field = field.get();
            let one = match field.kind_name(py)? {
                "id" | "text" | "secret" => How::Text,
                "integer" => How::Integer,
                "number" => How::Number,
                "bool" => How::Bool,
                "model" => match field.model(py) {
                    Some(of) => How::Object(Self::node(py, of, nodes, known)?),
                    None => How::Any,
                },
                _ => How::Any,
            };
            let how = if field.is_many() { How::List(one.into()) } else { one };
            let wire = field.wire_name(py).to_str()?;
            fields.push(Member {
                wire: wire.into(),
                quoted: format!("\"{wire}\":").into(),
                name: field.name(py)?,
                how,
                column: None,
            });
        }
        nodes[place].fields = fields;
        Ok(place)
    }

    /// The dict of a row.
    pub(crate) fn read<'py>(
        &self,
        py: Python<'py>,
        page: &Bound<'py, Page>,
        at: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        let bytes = page.get().item(at).unwrap_or_default();
        if let Ok(text) = std::str::from_utf8(bytes) {
            match self.row(&mut Reader::new(py, text)) {
                Ok(Some(row)) => return Ok(row),
                Ok(None) | Err(Broken::Json) => {}
                Err(Broken::Python(error)) => return Err(error),
            }
        }
        let model = self.model.bind(py);
        let item = model.call_method1(intern!(py, "__new__"), (model, page, at))?;
        // Rows that are plain data are dicts already.
        let plain = match item.cast_into::<PyDict>() {
            Ok(plain) => plain,
            Err(model) => model.into_inner().call_method0(intern!(py, "to_dict"))?.cast_into::<PyDict>()?,
        };
        let Some(columns) = &self.columns else { return Ok(plain) };
        let made = PyDict::new(py);
        for column in columns {
            match plain.get_item(column)? {
                Some(value) => made.set_item(column, value)?,
                None if self.null => made.set_item(column, py.None())?,
                None => {}
            }
        }
        if !self.chosen {
            made.update(plain.as_mapping())?;
        }
        Ok(made)
    }

    fn row<'py>(&self, reader: &mut Reader<'_, 'py>) -> Result<Option<Bound<'py, PyDict>>, Broken> {
        let py = reader.py();
        reader.skip_space();
        let Some(columns) = &self.columns else { return self.object(reader, 0) };
        let made = PyDict::new(py);
        if !self.chosen {
            for column in columns {
                made.set_item(column, py.None())?;
            }
            return Ok(self.members(reader, 0, &made)?.then_some(made));
        }
        let mut values: Vec<Option<Bound<'py, PyAny>>> = vec![None; columns.len()];
        if !self.chosen_members(reader, &mut values)? {
            return Ok(None);
        }
        for (column, value) in columns.iter().zip(values) {
            match value {
                Some(value) => made.set_item(column, value)?,
                None if self.null => made.set_item(column, py.None())?,
                None => {}
            }
        }
        Ok(Some(made))
    }

    /// An object of a node; `None` if the model has to read the row.
    fn object<'py>(
        &self,
        reader: &mut Reader<'_, 'py>,
        node: usize,
    ) -> Result<Option<Bound<'py, PyDict>>, Broken> {
        let made = PyDict::new(reader.py());
        Ok(self.members(reader, node, &made)?.then_some(made))
    }

    fn members<'py>(
        &self,
        reader: &mut Reader<'_, 'py>,
        node: usize,
        into: &Bound<'py, PyDict>,
    ) -> Result<bool, Broken> {
        let fields = &self.nodes[node].fields;
        let mut next = 0;
        reader.each_member(|reader| {
            if let Some(at) = expected(fields, reader, next)? {
                next = at + 1;
                let Some(value) = self.value(reader, &fields[at].how)? else { return Ok(false) };
                into.set_item(&fields[at].name, value)?;
            } else {
                let name = reader.name()?;
                into.set_item(name, reader.value()?)?;
            }
            Ok(true)
        })
    }

    fn chosen_members<'py>(
        &self,
        reader: &mut Reader<'_, 'py>,
        values: &mut [Option<Bound<'py, PyAny>>],
    ) -> Result<bool, Broken> {
        let fields = &self.nodes[0].fields;
        let mut next = 0;
        reader.each_member(|reader| {
            let found = expected(fields, reader, next)?;
            next = found.map_or(next, |at| at + 1);
            match found.map(|at| (&fields[at].how, fields[at].column)) {
                Some((how, Some(column))) => {
                    let Some(value) = self.value(reader, how)? else { return Ok(false) };
                    values[column] = Some(value);
                }
                found => {
                    if found.is_none() {
                        reader.name()?;
                    }
                    let end = end_of(reader.bytes(), reader.at()).ok_or(Broken::Json)?;
                    reader.skip_to(end);
                }
            }
            Ok(true)
        })
    }

    /// A value; `None` if the model has to read the row.
    fn value<'py>(
        &self,
        reader: &mut Reader<'_, 'py>,
        how: &How,
    ) -> Result<Option<Bound<'py, PyAny>>, Broken> {
        let py = reader.py();
        Ok(Some(match (how, reader.peek()) {
            (How::Any, _) | (_, Some(b'n')) | (How::Text, Some(b'"')) | (How::Bool, Some(b't' | b'f')) => {
                reader.value()?
            }
            (How::Text, Some(b'-' | b'0'..=b'9')) => {
                let number = reader.digits();
                if number.is_empty() || number == "-0" {
                    return Ok(None);
                }
                PyString::new(py, number).into_any()
            }
            (How::Integer, Some(b'-' | b'0'..=b'9')) => {
                let value = reader.value()?;
                if !value.is_exact_instance_of::<PyInt>() {
                    return Ok(None);
                }
                value
            }
            (How::Number, Some(b'-' | b'0'..=b'9')) => {
                let value = reader.value()?;
                if value.is_exact_instance_of::<PyInt>() {
                    let Ok(float) = value.extract::<f64>() else { return Ok(None) };
                    PyFloat::new(py, float).into_any()
                } else {
                    value
                }
            }
            (How::Object(node), Some(b'{')) => match self.object(reader, *node)? {
                Some(object) => object.into_any(),
                None => return Ok(None),
            },
            (How::List(how), Some(b'[')) => {
                let list = PyList::empty(py);
                let all = reader.each_entry(|reader| {
                    let Some(entry) = self.value(reader, how)? else { return Ok(false) };
                    if !entry.is_none() {
                        list.append(entry)?;
                    }
                    Ok(true)
                })?;
                if !all {
                    return Ok(None);
                }
                list.into_any()
            }
            _ => return Ok(None),
        }))
    }
}

/// The field whose name is next, and is skipped then; most likely the one at `likely`, or a later one.
fn expected(fields: &[Member], reader: &mut Reader<'_, '_>, likely: usize) -> Result<Option<usize>, Broken> {
    let rest = reader.rest();
    let begins = |at: &usize| rest.starts_with(&*fields[*at].quoted);
    let likely = likely.min(fields.len());
    if let Some(at) = (likely..fields.len()).chain(0..likely).find(begins) {
        reader.skip_to(reader.at() + fields[at].quoted.len());
        reader.skip_space();
        return Ok(Some(at));
    }
    // The name may be written with escapes, or spaces after it.
    let begin = reader.at();
    let name = reader.member()?;
    let found = fields.iter().position(|field| *field.wire == *name);
    if found.is_none() {
        reader.skip_to(begin);
    }
    Ok(found)
}

#[pymethods]
impl DictReader {
    /// For a model and a list by the id of its operation. `columns` are names; without them, and unless missing fields are
    /// `None`, everything that was sent is read.
    #[new]
    #[pyo3(signature = (model, operation, options))]
    fn new(
        py: Python<'_>,
        model: Py<PyType>,
        operation: &str,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let options = arguments(options)?;
        let raise = |error| Failure::from(error).raise(py);
        let chosen = DictOptions::from_json(operation, &options, Spelling::Snake).map_err(raise)?;
        let mut nodes = Vec::new();
        Self::node(py, model.bind(py), &mut nodes, &mut Vec::new())?;
        let mut made =
            Self { model, nodes, columns: None, chosen: chosen.columns.is_some(), null: chosen.null };
        if let Some(names) = &chosen.columns {
            let mut columns = Vec::new();
            for (place, wire) in names.iter().enumerate() {
                let fields = &mut made.nodes[0].fields;
                if fields.iter().all(|field| *field.wire != **wire) {
                    let name = PyString::new(py, wire).unbind();
                    let quoted = format!("\"{wire}\":").into();
                    fields.push(Member {
                        wire: wire.as_str().into(),
                        quoted,
                        name,
                        how: How::Any,
                        column: None,
                    });
                }
                for field in fields.iter_mut().filter(|field| *field.wire == **wire) {
                    field.column = Some(place);
                    columns.push(field.name.clone_ref(py));
                }
            }
            made.columns = Some(columns);
        } else if chosen.null {
            made.columns = Some(made.nodes[0].fields.iter().map(|field| field.name.clone_ref(py)).collect());
        }
        Ok(made)
    }

    /// The dicts of a page.
    fn page<'py>(slf: &Bound<'py, Self>, page: &Bound<'py, Page>) -> PyResult<Bound<'py, PyList>> {
        let py = slf.py();
        let list = PyList::empty(py);
        for at in 0..page.get().len() {
            list.append(slf.get().read(py, page, at)?)?;
        }
        Ok(list)
    }

    /// The dicts of the items that are left of the current page; each counts as returned when it is made.
    fn items(slf: &Bound<'_, Self>, items: &Bound<'_, Items>) -> Dicts {
        let (page, hand) = items.get().parts(slf.py());
        Dicts { reader: slf.clone().unbind(), page, hand }
    }
}

/// The dicts of the items of a page that were not returned yet.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Dicts {
    reader: Py<DictReader>,
    page: Py<Page>,
    hand: Arc<CurrentPage>,
}

#[pymethods]
impl Dicts {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(at) = self.hand.next() else { return Ok(None) };
        self.reader.get().read(py, self.page.bind(py), at).map(Some)
    }
}
