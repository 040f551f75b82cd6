//! From a path to an operation: the generated table, the token endpoint, and the handler of each.

use std::collections::{BTreeMap, BTreeSet};

use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use crate::generated::{ROUTES, Route};
use crate::request::Call;
use crate::services::{Service, handlers, place};
use crate::store::serve::{check, serve};
use crate::store::table::{Served, Table as Stored, Verb, table};
use crate::template::Template;
use crate::{answer::Answer, state::State};

/// The route of the operation that has this id.
pub(crate) fn operation(id: &str) -> Option<&'static Route> {
    ROUTES.iter().chain([&TOKEN]).find(|route| route.operation == id)
}

/// What handles an operation.
pub(crate) type Handler = fn(&mut State, &Call<'_>) -> Answer;

/// Cloudmore's token endpoint: clients call it by themselves, so it is not an operation of the documents.
static TOKEN: Route =
    Route { operation: "cloudmore.token", method: "POST", path: "/connect/token", auth: "none" };

/// The credential that a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    Nothing,
    UserToken,
    AccessToken,
    ApiKey,
}

#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) route: Route,
    pub(crate) service: Service,
    pub(crate) asks: Asks,
    acts: Acts,
    method: Method,
    template: Template,
}

/// What handles an operation.
#[derive(Debug, Clone, Copy)]
enum Acts {
    /// Hand-written code.
    ByHand(Handler),
    /// The store, by a row of the table.
    Served(&'static Served),
    /// Hand-written code, after the store has checked the request.
    Checked(&'static Served, Handler),
}

impl Bound {
    pub(crate) fn act(&self, state: &mut State, call: &Call<'_>) -> Answer {
        if state.options.denies(self.route.operation) {
            let denied = match self.acts {
                Acts::ByHand(_) => 403,
                Acts::Served(served) | Acts::Checked(served, _) => served.denied,
            };
            let status = StatusCode::from_u16(denied).unwrap_or(StatusCode::FORBIDDEN);
            return self.service.refused(
                status,
                "ForbiddenException: The user has no permission for this.",
                call,
            );
        }
        if self.service == Service::Cloudmore {
            return match place::params(state, call, self.route.path, matches!(self.acts, Acts::Served(_))) {
                Ok(params) => self.carry_out(state, &Call { params: &params, ..*call }),
                Err(refusal) => refusal,
            };
        }
        self.carry_out(state, call)
    }

    fn carry_out(&self, state: &mut State, call: &Call<'_>) -> Answer {
        match self.acts {
            Acts::ByHand(handler) => handler(state, call),
            Acts::Served(served) => serve(served, self.service, state, call),
            Acts::Checked(served, handler) => match check(served, self.service, state, call) {
                Ok(()) => handler(state, call),
                Err(refusal) => refusal,
            },
        }
    }
}

/// The route of a request.
#[derive(Debug)]
pub(crate) enum Found<'t> {
    /// This route, with these decoded path parameters.
    Route { slot: usize, bound: &'t Bound, params: Vec<String> },
    /// A path that exists, but not with this method.
    WrongMethod { service: Service, allow: String },
    /// Unknown.
    Nowhere { service: Service },
}

#[derive(Debug)]
pub(crate) struct Table {
    bound: Vec<Bound>,
    /// The store's data.
    pub(crate) stored: &'static Stored,
}

impl Table {
    /// The table, or what is wrong with it: a route without a handler, or with two.
    pub(crate) fn new() -> Result<Self, String> {
        let mut handlers = handlers();
        let stored = table()?;
        let mut served: BTreeMap<_, _> =
            stored.served.iter().map(|served| (served.operation.as_str(), served)).collect();
        let mut bound = Vec::new();
        for route in ROUTES.iter().chain([&TOKEN]) {
            let acts = match (handlers.remove(route.operation), served.remove(route.operation)) {
                (Some(handler), None) => Acts::ByHand(handler),
                (Some(handler), Some(served)) if served.verb == Verb::ByHand => {
                    Acts::Checked(served, handler)
                }
                (None, Some(served)) if served.verb != Verb::ByHand => Acts::Served(served),
                (None, _) => {
                    return Err(format!("{} has neither a handler nor x-mspkit-sim", route.operation));
                }
                (Some(_), Some(_)) => {
                    return Err(format!("{} has both a handler and x-mspkit-sim", route.operation));
                }
            };
            let asks = match route.auth {
                "none" => Asks::Nothing,
                "user_token" => Asks::UserToken,
                "access_token" => Asks::AccessToken,
                "api_key" => Asks::ApiKey,
                other => return Err(format!("{} asks for '{other}'", route.operation)),
            };
            let service = Service::of_path(route.path);
            let method = Method::from_bytes(route.method.as_bytes()).map_err(|error| error.to_string())?;
            let template = Template::parse(route.path);
            bound.push(Bound { route: *route, service, asks, acts, method, template });
        }
        match handlers.keys().next() {
            Some(operation) => Err(format!("{operation} has a handler but no route")),
            None => Ok(Self { bound, stored }),
        }
    }

    /// The operations by slot; one more slot stands for unknown paths.
    pub(crate) fn names(&self) -> Vec<Option<&'static str>> {
        self.bound.iter().map(|bound| Some(bound.route.operation)).chain([None]).collect()
    }

    pub(crate) fn routes(&self) -> impl Iterator<Item = &Route> {
        self.bound.iter().map(|bound| &bound.route)
    }

    /// The slot of Cloudmore's token endpoint.
    pub(crate) fn token(&self) -> usize {
        self.bound.len() - 1
    }

    /// The slot of unknown paths.
    pub(crate) fn unknown(&self) -> usize {
        self.bound.len()
    }

    pub(crate) fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let service = Service::of_path(path);
        let all = self.bound.iter().enumerate();
        let mut fits: Vec<_> =
            all.filter_map(|(slot, bound)| Some((slot, bound, bound.template.matches(path)?))).collect();
        // Servers choose the path before they look at the method: the one with the fewest parameters.
        let least = fits.iter().map(|(_, _, params)| params.len()).min().unwrap_or_default();
        fits.retain(|(_, _, params)| params.len() == least);
        if let Some(at) = fits.iter().position(|(_, bound, _)| bound.method == *method) {
            let (slot, bound, params) = fits.swap_remove(at);
            return Found::Route { slot, bound, params: params.into_iter().map(decode).collect() };
        }
        let allow: BTreeSet<_> = fits.iter().map(|(_, bound, _)| bound.route.method).collect();
        if allow.is_empty() {
            return Found::Nowhere { service };
        }
        Found::WrongMethod { service, allow: allow.into_iter().collect::<Vec<_>>().join(", ") }
    }
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_carried_out_and_every_handler_has_one() {
        let table = Table::new().unwrap();
        assert_eq!(table.bound.len(), ROUTES.len() + 1);
    }

    #[test]
    fn a_wrong_method_gets_the_allowed_ones() {
        let table = Table::new().unwrap();
        let found = table.find(&Method::DELETE, "/api/custom-psa/tickets/5");
        let Found::WrongMethod { allow, service: Service::NCentral } = found else {
            panic!("{found:?}");
        };
        assert_eq!(allow, "GET, POST");
        let found = table.find(&Method::GET, "/api/scheduled-tasks/direct");
        assert!(matches!(&found, Found::WrongMethod { allow, .. } if allow == "POST"), "{found:?}");
        assert!(matches!(table.find(&Method::GET, "/api/nothing"), Found::Nowhere { .. }));
    }

    #[test]
    fn parameters_are_decoded() {
        let table = Table::new().unwrap();
        let Found::Route { params, .. } = table.find(&Method::GET, "/api/customers/a%2Fb") else {
            panic!("no route");
        };
        assert_eq!(params, ["a/b"]);
    }
}
