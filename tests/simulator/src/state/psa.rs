//! N-central's custom PSA tickets.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::state::load;

/// The first seeded ticket is the one of the vendor's own example.
const FIRST: u64 = 1_142_285_696;
const SEEDED: u64 = 5;

/// A ticket that N-central opened for an external PSA.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) id: u64,
    title: String,
    details: String,
    status: String,
    /// When it was opened, in Java's format.
    opened: String,
    number: Option<String>,
    url: Option<String>,
    last_status: String,
    last_status_at: String,
}

#[derive(Debug)]
pub(crate) struct Tickets {
    tickets: BTreeMap<u64, Ticket>,
    /// How many changes there were: their times are counted from it, so that the same calls return the same responses.
    changes: u64,
}

impl Tickets {
    pub(crate) fn seeded() -> Self {
        let tickets = (0..SEEDED).map(Ticket::seeded).map(|ticket| (ticket.id, ticket));
        Self { tickets: tickets.collect(), changes: 0 }
    }

    /// Loads tickets.
    pub(crate) fn loaded(list: &[Value]) -> Result<Self, String> {
        let mut tickets = BTreeMap::new();
        for (index, given) in list.iter().enumerate() {
            let path = format!("custom_psa_tickets[{index}]");
            let default = Ticket::seeded(index as u64);
            let filled = load::fill(&path, given, &default.shown())?;
            let at = |name: &str| format!("{path}.{name}");
            let text = |name: &str| load::text(&at(name), &filled[name]);
            let maybe = |name: &str| filled[name].as_str().map(str::to_owned);
            let ticket = Ticket {
                id: load::id(&at("ticketId"), &filled["ticketId"])?,
                title: text("ticketTitle")?,
                details: text("ticketDetails")?,
                status: text("ticketStatus")?,
                opened: text("creationDate")?,
                number: maybe("psaTicketNumber"),
                url: maybe("url"),
                last_status: text("lastStatus")?,
                last_status_at: text("lastStatusTimestamp")?,
            };
            let id = ticket.id;
            if tickets.insert(id, ticket).is_some() {
                return Err(format!("{}: {id} is there already", at("ticketId")));
            }
        }
        Ok(Self { tickets, changes: 0 })
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Ticket> {
        self.tickets.get(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets.values()
    }

    /// Links a ticket to its counterpart in the external PSA; one that N-central does not know yet is opened.
    pub(crate) fn link(&mut self, id: u64, number: &str, url: &str) -> &Ticket {
        let at = self.next_time();
        let ticket = self.tickets.entry(id).or_insert_with(|| Ticket {
            id,
            title: format!("Ticket {number}"),
            details: "Opened through the API".to_owned(),
            status: "CREATE_TICKET_CREATED_IN_NCENTRAL".to_owned(),
            opened: format!("{}.000-05:00[America/New_York]", at.trim_end_matches('Z')),
            number: None,
            url: None,
            last_status: String::new(),
            last_status_at: at.clone(),
        });
        ticket.number = Some(number.to_owned());
        ticket.url = Some(url.to_owned());
        "Open".clone_into(&mut ticket.last_status);
        ticket.last_status_at = at;
        ticket
    }

    /// Moves a ticket to another status; one that already has it is unchanged.
    pub(crate) fn set_status(&mut self, id: u64, status: &str) -> Option<&Ticket> {
        if self.tickets.get(&id)?.last_status == status {
            return self.tickets.get(&id);
        }
        let at = self.next_time();
        let ticket = self.tickets.get_mut(&id)?;
        status.clone_into(&mut ticket.last_status);
        ticket.last_status_at = at;
        Some(ticket)
    }

    fn next_time(&mut self) -> String {
        self.changes += 1;
        let (minutes, seconds) = (self.changes / 60 % 60, self.changes % 60);
        format!("2024-06-01T{:02}:{minutes:02}:{seconds:02}Z", 12 + self.changes / 3600 % 12)
    }
}

impl Ticket {
    fn seeded(index: u64) -> Self {
        let (number, day) = (index + 1, 21 + index % 9);
        Self {
            id: FIRST + index,
            title: format!("Foo bar ticket #{number}"),
            details: "For testing PSA ticketing".to_owned(),
            status: "CREATE_TICKET_CREATED_IN_NCENTRAL".to_owned(),
            opened: format!("2024-02-{day}T06:28:10.624-05:00[America/New_York]"),
            number: None,
            url: None,
            last_status: "New".to_owned(),
            last_status_at: format!("2024-02-{day}T11:28:10Z"),
        }
    }

    /// Everything that is known about it.
    pub(crate) fn shown(&self) -> Map<String, Value> {
        let members = [self.info(), self.linked()].into_iter();
        members.filter_map(|part| part.as_object().cloned()).flatten().collect()
    }

    /// In the form of the ticket-info calls.
    pub(crate) fn info(&self) -> Value {
        json!({
            "ticketId": self.id.to_string(),
            "ticketTitle": self.title,
            "ticketDetails": self.details,
            "ticketStatus": self.status,
            "creationDate": self.opened,
        })
    }

    /// In the form of create, resolve and reopen.
    pub(crate) fn linked(&self) -> Value {
        json!({
            "inconsistencyDetected": false,
            "lastStatus": self.last_status,
            "lastStatusTimestamp": self.last_status_at,
            "newConfirmedStatus": self.last_status,
            "psaCustomTicketId": self.id,
            "psaTicketNumber": self.number,
            "ticketCreationDate": self.opened,
            "url": self.url,
        })
    }
}
