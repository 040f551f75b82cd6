//! The path of one request: logged, counted against its cap, checked against the fault plan, authorised, handled by a
//! script or a handler, and sent as the faults say.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Response, StatusCode, header};
use tokio::time::sleep;

use crate::answer::Answer;
use crate::body::Body;
use crate::connection::Ending;
use crate::faults::Fault;
use crate::request::{Call, PageFault, Request};
use crate::routes::Found;
use crate::sabotage::Sabotage;
use crate::server::{Hangup, Shared, respond};
use crate::services::{Service, authorize};
use crate::state::State;
use crate::ticket::Ticket;

/// The effect of the faults on one request.
#[derive(Debug, Default)]
struct Plan {
    delay: Duration,
    /// The response that replaces the handler's.
    instead: Option<Answer>,
    /// Whether the handler is skipped.
    skips: bool,
    page: Option<PageFault>,
    content_type: Option<HeaderValue>,
    leaving: Leaving,
}

/// How a response is sent.
#[derive(Debug, Default)]
enum Leaving {
    #[default]
    Whole,
    Close,
    Reset,
    Never,
    Cut(usize),
    Dripping(usize, Duration),
}

impl Plan {
    fn new(fault: Option<&Fault>, service: Service, call: &Call<'_>) -> Self {
        let mut plan = Self::default();
        match fault {
            None => {}
            Some(Fault::Delay { ms }) => plan.delay = Duration::from_millis(*ms),
            Some(Fault::Status { status, retry_after, json }) => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut answer = match json {
                    Some(json) => Answer::json(status, json),
                    None => service.refusal(status, call),
                };
                if let Some(value) = retry_after {
                    answer = answer.header(header::RETRY_AFTER, &value.header());
                }
                plan.instead = Some(answer);
            }
            Some(Fault::Html { status }) => {
                plan.instead = Some(Answer::html(StatusCode::from_u16(*status).unwrap_or(StatusCode::OK)));
            }
            Some(Fault::Close) => (plan.skips, plan.leaving) = (true, Leaving::Close),
            Some(Fault::Reset) => (plan.skips, plan.leaving) = (true, Leaving::Reset),
            Some(Fault::Hang) => (plan.skips, plan.leaving) = (true, Leaving::Never),
            Some(Fault::CommitClose) => plan.leaving = Leaving::Close,
            Some(Fault::CommitReset) => plan.leaving = Leaving::Reset,
            Some(Fault::CommitHang) => plan.leaving = Leaving::Never,
            Some(Fault::Truncate { bytes }) => plan.leaving = Leaving::Cut(*bytes),
            Some(Fault::Slow { bytes_per_step, step_ms }) => {
                plan.leaving = Leaving::Dripping(*bytes_per_step, Duration::from_millis(*step_ms));
            }
            Some(Fault::ContentType { value }) => plan.content_type = HeaderValue::try_from(value).ok(),
            Some(Fault::EmptyPage) => plan.page = Some(PageFault::Empty),
            Some(Fault::RepeatPage) => plan.page = Some(PageFault::Repeated),
        }
        plan
    }
}

/// The response of the services to a request.
struct Acted {
    answer: Answer,
    delay: Duration,
    /// The fault of a scripted response.
    fault: Option<Fault>,
}

pub(crate) async fn run(
    shared: Arc<Shared>,
    ending: Ending,
    request: Request,
    too_large: bool,
) -> Result<Response<Body>, Hangup> {
    let found = shared.table.find(&request.method, request.path());
    let (slot, service, params) = match &found {
        Found::Route { slot, bound, params } => (*slot, bound.service, params.as_slice()),
        Found::WrongMethod { service, .. } | Found::Nowhere { service } => {
            (shared.table.unknown(), *service, &[][..])
        }
    };
    let (ticket, number, throttled, fault) = receive(&shared, slot, &request);
    let mut call = Call { request: &request, params, page_fault: None, url: &shared.url, number };
    if throttled || too_large {
        let status = if throttled { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::PAYLOAD_TOO_LARGE };
        return send(&shared, service.refusal(status, &call), Leaving::Whole, ticket, &ending, slot).await;
    }
    let mut plan = Plan::new(fault.as_ref(), service, &call);
    pause(plan.delay).await;
    if plan.skips {
        return send(&shared, Answer::empty(StatusCode::OK), plan.leaving, ticket, &ending, slot).await;
    }
    let mut answer = if let Some(answer) = plan.instead.take() {
        answer
    } else {
        call.page_fault = plan.page;
        let acted = act(&shared, &found, slot, service, &call);
        pause(acted.delay).await;
        let mut answer = acted.answer;
        if acted.fault.is_some() {
            let scripted = Plan::new(acted.fault.as_ref(), service, &call);
            pause(scripted.delay).await;
            answer = scripted.instead.unwrap_or(answer);
            plan.content_type = scripted.content_type.or(plan.content_type);
            plan.leaving = scripted.leaving;
        }
        answer
    };
    if plan.content_type.is_some() {
        answer.content_type = plan.content_type;
    }
    send(&shared, answer, plan.leaving, ticket, &ending, slot).await
}

async fn pause(duration: Duration) {
    // Even a sleep of zero costs a tick of the timer.
    if !duration.is_zero() {
        sleep(duration).await;
    }
}

fn receive(shared: &Arc<Shared>, slot: usize, request: &Request) -> (Ticket, u64, bool, Option<Fault>) {
    let mut state = shared.state();
    let at = u64::try_from(state.clock.real().as_millis()).unwrap_or(u64::MAX);
    let (number, in_flight) = state.log.receive(slot, request, at);
    if state.sabotage == Sabotage::ExtraRequest {
        state.log.invent(slot, request, at);
    }
    let throttled = state.caps[slot].is_some_and(|cap| in_flight > u64::from(cap));
    let fault = if throttled {
        state.log.throttled(slot);
        None
    } else {
        state.faults.decide(&request.method, request.path())
    };
    let ticket = Ticket::new(Arc::clone(shared), state.epoch, slot, number);
    (ticket, number, throttled, fault)
}

/// Tries the script, then the handler.
fn act(shared: &Shared, found: &Found<'_>, slot: usize, service: Service, call: &Call<'_>) -> Acted {
    let mut state = shared.state();
    let asks = match found {
        Found::Route { bound, .. } => bound.asks,
        _ => service.asks(),
    };
    let admitted = authorize(&state, service, asks, call);
    let handle = |state: &mut State| {
        let answer = match (found, &admitted) {
            (Found::WrongMethod { allow, .. }, _) => service.wrong_method(allow, call),
            (Found::Nowhere { .. }, _) => service.refusal(StatusCode::NOT_FOUND, call),
            (Found::Route { .. }, Err(refusal)) => refusal.clone(),
            (Found::Route { bound, .. }, Ok(())) => {
                let authenticates = bound.route.operation == "ncentral.auth.authenticate";
                if state.options.password_expired && service == Service::NCentral && !authenticates {
                    service.refusal(StatusCode::INTERNAL_SERVER_ERROR, call)
                } else {
                    bound.act(state, call)
                }
            }
        };
        if answer.committed {
            state.log.committed(slot);
        }
        answer
    };
    let scripted = state.script.take(&call.request.method, call.request.path(), admitted.is_ok());
    let latency = Duration::from_millis(state.options.latency_ms);
    match scripted {
        None => Acted { answer: handle(&mut state), delay: latency, fault: None },
        Some(scripted) => {
            if scripted.act {
                handle(&mut state);
            }
            Acted {
                answer: scripted.answer(call.url),
                delay: latency + Duration::from_millis(scripted.delay_ms),
                fault: scripted.fault.clone(),
            }
        }
    }
}

async fn send(
    shared: &Shared,
    mut answer: Answer,
    leaving: Leaving,
    ticket: Ticket,
    ending: &Ending,
    slot: usize,
) -> Result<Response<Body>, Hangup> {
    if answer.is_json() {
        let sabotage = shared.state().sabotage;
        if sabotage != Sabotage::None && slot != shared.table.token() {
            answer.body = sabotage.spoil(&answer.body);
        }
    }
    let status = answer.status.as_u16();
    let length = answer.body.len();
    match leaving {
        Leaving::Close => {
            ticket.cut(None);
            Err(Hangup)
        }
        Leaving::Reset => {
            ticket.cut(None);
            ending.reset();
            Err(Hangup)
        }
        Leaving::Never => {
            // When the client disconnects, this future is dropped, and the ticket with it.
            let _held = ticket;
            std::future::pending().await
        }
        Leaving::Cut(after) if length > 0 => {
            let bytes = answer.body.clone();
            let body = Body::truncated(bytes, after.min(length - 1), ticket, status);
            Ok(respond(answer, Some(body)))
        }
        Leaving::Dripping(step, every) if length > 0 => {
            let body = Body::slow(answer.body.clone(), step, every, ticket, status);
            Ok(respond(answer, Some(body)))
        }
        Leaving::Whole | Leaving::Cut(_) | Leaving::Dripping(..) => {
            ticket.answered(status);
            Ok(respond(answer, None))
        }
    }
}
