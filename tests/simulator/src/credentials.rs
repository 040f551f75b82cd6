//! The credentials that the simulator accepts. They are the same for every seed, so that a client survives a reset.

use serde::{Deserialize, Serialize};

/// What a client needs to talk to the three services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Credentials {
    /// The long-lived N-central user token.
    pub ncentral_jwt: String,
    /// The user name that both kinds of PSA accept.
    pub psa_username: String,
    /// The password of that user.
    pub psa_password: String,
    /// The integration key that the standard PSA accepts, if one is sent.
    pub psa_integration_key: String,
    /// Cloudmore's user.
    pub cloudmore_username: String,
    /// The password of that user.
    pub cloudmore_password: String,
    /// Cloudmore's client id.
    pub cloudmore_client_id: String,
    /// The secret of that client.
    pub cloudmore_client_secret: String,
    /// The reseller that the user belongs to.
    pub cloudmore_reseller_id: String,
    /// The seller whose broker the reseller is.
    pub cloudmore_seller_id: String,
    /// The organization that has services initially.
    pub cloudmore_organization_id: String,
    /// The Wiv key.
    pub wiv_api_key: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            ncentral_jwt: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhcGktdXNlciIsImlzcyI6Im5jZW50cmFsIn0.\
                           c2ltdWxhdGVkLXVzZXItdG9rZW4"
                .to_owned(),
            psa_username: "psa.user@example.com".to_owned(),
            psa_password: "psaPassword123".to_owned(),
            psa_integration_key: "integration-key-4711".to_owned(),
            cloudmore_username: "api.user@example.com".to_owned(),
            cloudmore_password: "cloudmorePassword123".to_owned(),
            cloudmore_client_id: "ro.customer.client".to_owned(),
            cloudmore_client_secret: "cloudmore-client-secret-123".to_owned(),
            cloudmore_reseller_id: "5b0e2a0c-6f0d-4d59-9d3e-0a1f7c2b8e11".to_owned(),
            cloudmore_seller_id: "3d5c0c2e-7a0b-4f0e-8f6d-1f8a4f0f6b55".to_owned(),
            cloudmore_organization_id: "c1d4f7a2-93be-4c58-8a61-2f4b6e9d0c35".to_owned(),
            wiv_api_key: "wiv-api-key-123".to_owned(),
        }
    }
}
