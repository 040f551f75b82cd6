//! Responses as the types that a program would define.

use serde::Deserialize;

use crate::tally;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "the vendor's names")]
pub(crate) struct Customer {
    customer_id: String,
    customer_name: String,
    org_unit_type: Option<String>,
    parent_id: Option<String>,
    external_id: Option<String>,
    external_id2: Option<String>,
    phone: Option<String>,
    contact_title: Option<String>,
    contact_first_name: Option<String>,
    contact_last_name: Option<String>,
    contact_email: Option<String>,
    contact_phone: Option<String>,
    contact_phone_ext: Option<String>,
    contact_department: Option<String>,
    street1: Option<String>,
    street2: Option<String>,
    city: Option<String>,
    state_prov: Option<String>,
    country: Option<String>,
    county: Option<String>,
    postal_code: Option<String>,
    generation: Option<i64>,
    descendant_count: Option<i64>,
}

impl tally::Customer for Customer {
    fn three(&self) -> (&str, &str, &str) {
        (&self.customer_id, &self.customer_name, self.contact_email.as_deref().unwrap_or_default())
    }

    fn there(&self) -> usize {
        2 + there!(
            self, org_unit_type parent_id external_id external_id2 phone contact_title contact_first_name
            contact_last_name contact_email contact_phone contact_phone_ext contact_department street1 street2 city
            state_prov country county postal_code generation descendant_count
        )
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerPage {
    pub(crate) data: Vec<Customer>,
    pub(crate) total_pages: usize,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Case {
    pub(crate) case_id: String,
    pub(crate) case_type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct CasePage {
    pub(crate) data: Vec<Case>,
    pub(crate) next_page_key: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Tokens {
    pub(crate) tokens: Pair,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Pair {
    pub(crate) access: Access,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Access {
    pub(crate) token: String,
    pub(crate) expiry_seconds: Option<u64>,
}
