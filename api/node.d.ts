// call.d.ts
import { type ResponseMeta } from "./response.js";
export interface WithResponse<T> {
    readonly data: T;
    readonly response: ResponseMeta;
}
export declare class Call<T extends object> extends Promise<T> {
    static get [Symbol.species](): PromiseConstructor;
    withResponse(): Promise<WithResponse<T>>;
}

// client.d.ts
import { inspect } from "node:util";
import { Call } from "./call.js";
import { type CallDefaults, type ClientOptions, type RequestOptions } from "./options.js";
import { RawResponse } from "./response.js";
import { type LimitStatus, type Service } from "./shared.js";
export { SyncClient, SyncResource } from "./sync.js";
export declare abstract class AsyncClient {
    #private;
    protected constructor(service: Service, own: readonly string[], options: ClientOptions);
    get baseURL(): string;
    withOptions(options: CallDefaults): this;
    request(method: string, path: string | URL, options?: RequestOptions): Call<RawResponse>;
    limits(): LimitStatus[];
    close(): void;
    [Symbol.asyncDispose](): Promise<void>;
    [inspect.custom](): string;
}
export declare class AsyncResource {
    #private;
    constructor(client: AsyncClient);
}

// diagnostics.d.ts
export interface RequestEvent {
    readonly operation: string;
    readonly requestId: string;
    readonly attempt: number;
    readonly method: string;
    readonly path: string;
}
export interface ResponseEvent {
    readonly operation: string;
    readonly requestId: string;
    readonly attempt: number;
    readonly status: number | null;
    readonly cause: string | null;
    readonly took: number;
}
export interface RetryEvent {
    readonly operation: string;
    readonly requestId: string;
    readonly attempt: number;
    readonly reason: string;
    readonly wait: number;
}
export declare function wanted(): number;
export declare function publish(events: string | undefined): void;

// errors.d.ts
export interface FieldError {
    readonly field: string;
    readonly code: string | undefined;
    readonly message: string;
}
export interface Attempt {
    readonly status: number | undefined;
    readonly cause: string | undefined;
    readonly waited: number;
    readonly took: number;
}
export interface ErrorFields {
    readonly summary?: string | undefined;
    readonly operation?: string | undefined;
    readonly status?: number | undefined;
    readonly code?: string | undefined;
    readonly fieldErrors?: readonly FieldError[] | undefined;
    readonly body?: string | undefined;
    readonly headers?: Headers | undefined;
    readonly requestId?: string | undefined;
    readonly serverErrorId?: string | undefined;
    readonly retryable?: boolean | undefined;
    readonly retryAfter?: number | undefined;
    readonly attempts?: readonly Attempt[] | undefined;
    readonly resumeToken?: string | undefined;
    readonly cause?: unknown;
}
export declare class MspError extends Error {
    static readonly kind: string;
    readonly kind: string;
    readonly summary: string;
    readonly operation: string | undefined;
    readonly status: number | undefined;
    readonly code: string | undefined;
    readonly fieldErrors: readonly FieldError[];
    readonly body: string;
    readonly headers: Headers;
    readonly requestId: string | undefined;
    readonly serverErrorId: string | undefined;
    readonly retryable: boolean;
    readonly retryAfter: number | undefined;
    readonly attempts: readonly Attempt[];
    readonly resumeToken: string | undefined;
    constructor(message: string, fields?: ErrorFields);
    toJSON(): Record<string, unknown>;
}
export declare class APIStatusError extends MspError {
    readonly status: number;
}

// failure.d.ts
import { MspError } from "./errors.js";
import * as kinds from "./generated/kinds.js";
import type { ResponseMeta } from "./response.js";
export interface Site {
    readonly stack?: string;
    readonly own: number;
}
export declare const METHOD = 1;
type Callable = ((...args: never[]) => unknown) | {
    readonly prototype: object;
};
export declare function site(below: Callable, own?: number): Site;
export declare function invalid(argument: string, allowed: string, ...given: [value?: unknown]): kinds.InvalidRequestError;
export declare function fromNative(json: string, at?: Site): MspError;
export declare function placed<E extends Error>(error: E, at: Site): E;
export declare function placing<T>(at: Site, run: () => T): T;
export declare function crossing<T>(run: () => T): T;
export declare function undecodable(operation: string, reason: string, meta: ResponseMeta): kinds.ResponseDecodeError;
export {};

// generated/cloudmore.d.ts
import type { Call } from "../call.js";
import { AsyncClient, AsyncResource, SyncClient, SyncResource } from "../client.js";
import type { CallOptions, ClientOptions, Paging, SyncCallOptions } from "../options.js";
import type { Pager, SyncPager } from "../pager.js";
import type { ResponseMeta } from "../response.js";
import type { AddedService, EstoreService, EstoreServiceDetail, OrganizationService } from "./models.js";
export interface EstoreGetParams {
    readonly organizationId: string;
    readonly serviceId: string;
    readonly resellerId?: string | undefined;
}
export interface EstoreListParams extends Paging {
    readonly organizationId: string;
    readonly resellerId?: string | undefined;
}
export interface ServicesAddParams {
    readonly organizationId: string;
    readonly id: string;
    readonly currencyCode: string;
    readonly customPropertiesData?: readonly object[] | null | undefined;
    readonly resellerId?: string | undefined;
}
export interface ServicesGetParams {
    readonly organizationId: string;
    readonly serviceId: string;
    readonly resellerId?: string | undefined;
}
export interface ServicesListParams extends Paging {
    readonly organizationId: string;
    readonly resellerId?: string | undefined;
}
export interface ServicesPatchParams {
    readonly organizationId: string;
    readonly serviceId: string;
    readonly customPropertiesData: readonly object[];
    readonly resellerId?: string | undefined;
}
export interface ServicesRemoveParams {
    readonly organizationId: string;
    readonly serviceId: string;
    readonly resellerId?: string | undefined;
}
export interface ServicesUpdateParams {
    readonly organizationId: string;
    readonly serviceId: string;
    readonly customPropertiesData: readonly object[];
    readonly resellerId?: string | undefined;
}
export declare class Estore extends AsyncResource {
    get(params: EstoreGetParams, options?: CallOptions): Call<EstoreServiceDetail>;
    list(params: EstoreListParams, options?: CallOptions): Pager<EstoreService>;
}
export declare class EstoreSync extends SyncResource {
    get(params: EstoreGetParams, options?: SyncCallOptions): EstoreServiceDetail;
    list(params: EstoreListParams, options?: SyncCallOptions): SyncPager<EstoreService>;
}
export declare class Services extends AsyncResource {
    add(params: ServicesAddParams, options?: CallOptions): Call<AddedService>;
    get(params: ServicesGetParams, options?: CallOptions): Call<OrganizationService>;
    list(params: ServicesListParams, options?: CallOptions): Pager<OrganizationService>;
    patch(params: ServicesPatchParams, options?: CallOptions): Call<ResponseMeta>;
    remove(params: ServicesRemoveParams, options?: CallOptions): Call<ResponseMeta>;
    update(params: ServicesUpdateParams, options?: CallOptions): Call<ResponseMeta>;
}
export declare class ServicesSync extends SyncResource {
    add(params: ServicesAddParams, options?: SyncCallOptions): AddedService;
    get(params: ServicesGetParams, options?: SyncCallOptions): OrganizationService;
    list(params: ServicesListParams, options?: SyncCallOptions): SyncPager<OrganizationService>;
    patch(params: ServicesPatchParams, options?: SyncCallOptions): ResponseMeta;
    remove(params: ServicesRemoveParams, options?: SyncCallOptions): ResponseMeta;
    update(params: ServicesUpdateParams, options?: SyncCallOptions): ResponseMeta;
}
export interface CloudmoreOptions extends ClientOptions {
    readonly baseURL?: string | URL | undefined;
    readonly username?: string | undefined;
    readonly password?: string | undefined;
    readonly clientSecret?: string | undefined;
    readonly resellerId?: string | undefined;
    readonly clientId?: string | undefined;
    readonly clientAuth?: "basic" | "body" | undefined;
}
export declare class Cloudmore extends AsyncClient {
    readonly estore: Estore;
    readonly services: Services;
    constructor(options?: CloudmoreOptions);
}
export declare class CloudmoreSync extends SyncClient {
    readonly estore: EstoreSync;
    readonly services: ServicesSync;
    constructor(options?: CloudmoreOptions);
}

// generated/kinds.d.ts
import { APIStatusError, MspError } from "../errors.js";
export declare class InvalidRequestError extends MspError {
    static readonly kind = "InvalidRequest";
    readonly kind: "InvalidRequest";
}
export declare class APIConnectionError extends MspError {
    static readonly kind = "Connection";
    readonly kind: "Connection";
}
export declare class APITimeoutError extends MspError {
    static readonly kind = "Timeout";
    readonly kind: "Timeout";
}
export declare class OutcomeUnknownError extends MspError {
    static readonly kind = "OutcomeUnknown";
    readonly kind: "OutcomeUnknown";
}
export declare class BadRequestError extends APIStatusError {
    static readonly kind = "BadRequest";
    readonly kind: "BadRequest";
}
export declare class AuthenticationError extends APIStatusError {
    static readonly kind = "Authentication";
    readonly kind: "Authentication";
}
export declare class PermissionDeniedError extends APIStatusError {
    static readonly kind = "PermissionDenied";
    readonly kind: "PermissionDenied";
}
export declare class NotFoundError extends APIStatusError {
    static readonly kind = "NotFound";
    readonly kind: "NotFound";
}
export declare class ConflictError extends APIStatusError {
    static readonly kind = "Conflict";
    readonly kind: "Conflict";
}
export declare class RateLimitError extends APIStatusError {
    static readonly kind = "RateLimit";
    readonly kind: "RateLimit";
}
export declare class ServerError extends APIStatusError {
    static readonly kind = "Server";
    readonly kind: "Server";
}
export declare class ResponseDecodeError extends MspError {
    static readonly kind = "Decode";
    readonly kind: "Decode";
}
export declare class ScrollExpiredError extends MspError {
    static readonly kind = "ScrollExpired";
    readonly kind: "ScrollExpired";
}
export declare class OperationCancelledError extends MspError {
    static readonly kind = "Cancelled";
    readonly kind: "Cancelled";
}
export declare class ClosedError extends MspError {
    static readonly kind = "Closed";
    readonly kind: "Closed";
}
export declare class InternalError extends MspError {
    static readonly kind = "Internal";
    readonly kind: "Internal";
}
export declare class MissingFieldError extends MspError {
    static readonly kind = "MissingField";
    readonly kind: "MissingField";
}

// generated/models.d.ts
import type { Secret } from "../secret.js";
export type CustomPsaTicketStatus = (typeof CustomPsaTicketStatus)[keyof typeof CustomPsaTicketStatus] | (string & {});
export declare const CustomPsaTicketStatus: {
    readonly CREATE_TICKET_CREATED_IN_NCENTRAL: "CREATE_TICKET_CREATED_IN_NCENTRAL";
};
export type OrgUnitType = (typeof OrgUnitType)[keyof typeof OrgUnitType] | (string & {});
export declare const OrgUnitType: {
    readonly SYSTEM: "SYSTEM";
    readonly SO: "SO";
    readonly CUSTOMER: "CUSTOMER";
    readonly SITE: "SITE";
};
export interface AddedService {
    readonly id?: string | null;
    readonly location?: string | null;
}
export interface AuthToken {
    readonly token: Secret;
    readonly type?: string | null;
    readonly expirySeconds?: number | bigint | null;
}
export interface AuthTokens {
    readonly tokens: TokenPair;
    readonly refresh?: string | null;
    readonly validate?: string | null;
}
export interface Case {
    readonly caseId: string;
    readonly caseType?: string | null;
}
export interface CustomProperty {
    readonly propertyId?: string | null;
    readonly name?: string | null;
    readonly type?: string | null;
    readonly defaultValue?: string | null;
    readonly visible?: boolean | null;
    readonly mandatory?: boolean | null;
    readonly allowedValues?: readonly string[] | null;
    readonly appliesToOrganizations?: boolean | null;
    readonly appliesToBrokers?: boolean | null;
    readonly appliesToSeller?: boolean | null;
}
export interface CustomPropertyData {
    readonly id: string;
    readonly value?: string | null;
}
export interface CustomPsaTicket {
    readonly psaCustomTicketId: string;
    readonly psaTicketNumber?: string | null;
    readonly url?: string | null;
    readonly lastStatus?: string | null;
    readonly lastStatusTimestamp?: string | null;
    readonly newConfirmedStatus?: string | null;
    readonly inconsistencyDetected?: boolean | null;
    readonly ticketCreationDate?: string | null;
}
export interface CustomPsaTicketInfo {
    readonly ticketId: string;
    readonly ticketTitle?: string | null;
    readonly ticketDetails?: string | null;
    readonly ticketStatus?: CustomPsaTicketStatus | null;
    readonly creationDate?: string | null;
}
export interface Customer {
    readonly customerId: string;
    readonly customerName?: string | null;
    readonly orgUnitType?: OrgUnitType | null;
    readonly parentId?: string | null;
    readonly externalId?: string | null;
    readonly externalId2?: string | null;
    readonly contactFirstName?: string | null;
    readonly contactLastName?: string | null;
    readonly phone?: string | null;
    readonly contactTitle?: string | null;
    readonly contactEmail?: string | null;
    readonly contactPhone?: string | null;
    readonly contactPhoneExt?: string | null;
    readonly contactDepartment?: string | null;
    readonly street1?: string | null;
    readonly street2?: string | null;
    readonly city?: string | null;
    readonly stateProv?: string | null;
    readonly country?: string | null;
    readonly postalCode?: string | null;
    readonly generation?: number | bigint | null;
    readonly descendantCount?: number | bigint | null;
    readonly isSystem?: boolean | null;
    readonly isServiceOrg?: boolean | null;
    readonly county?: string | null;
}
export interface EstoreService {
    readonly id: string;
    readonly name?: string | null;
}
export interface EstoreServiceDetail {
    readonly id: string;
    readonly name?: string | null;
    readonly customProperties?: readonly CustomProperty[] | null;
    readonly customPropertiesData?: readonly CustomPropertyData[] | null;
}
export interface Links {
    readonly links: unknown;
}
export interface MspCustomer {
    readonly customerId?: string | null;
    readonly customerName?: string | null;
    readonly usersNumber?: number | bigint | null;
    readonly activeWorkflows?: number | bigint | null;
    readonly costImpact?: number | null;
    readonly realizedSavings?: number | null;
    readonly numOfIntegrations?: number | bigint | null;
    readonly integrationTypes?: readonly string[] | null;
    readonly integrations?: readonly unknown[] | null;
    readonly successfulRuns?: number | bigint | null;
    readonly failedRuns?: number | bigint | null;
}
export interface OrganizationService {
    readonly id: string;
    readonly name?: string | null;
    readonly customProperties?: readonly CustomProperty[] | null;
    readonly customPropertiesData?: readonly CustomPropertyData[] | null;
}
export interface PsaCredentialCheck {
    readonly isPsaCredentialsValid?: boolean | null;
}
export interface ServerHealth {
    readonly currentTime?: string | null;
    readonly startTime?: string | null;
}
export interface ServerInfo {
    readonly version?: string | null;
    readonly jvmVersion?: string | null;
    readonly ncentral?: string | null;
}
export interface ServiceOrg {
    readonly soId: string;
    readonly soName?: string | null;
    readonly orgUnitType?: OrgUnitType | null;
    readonly parentId?: string | null;
    readonly externalId?: string | null;
    readonly externalId2?: string | null;
    readonly contactFirstName?: string | null;
    readonly contactLastName?: string | null;
    readonly phone?: string | null;
    readonly contactTitle?: string | null;
    readonly contactEmail?: string | null;
    readonly contactPhone?: string | null;
    readonly contactPhoneExt?: string | null;
    readonly contactDepartment?: string | null;
    readonly street1?: string | null;
    readonly street2?: string | null;
    readonly city?: string | null;
    readonly stateProv?: string | null;
    readonly country?: string | null;
    readonly postalCode?: string | null;
    readonly generation?: number | bigint | null;
    readonly descendantCount?: number | bigint | null;
    readonly isSystem?: boolean | null;
    readonly isServiceOrg?: boolean | null;
}
export interface Site {
    readonly siteId: string;
    readonly siteName?: string | null;
    readonly orgUnitType?: OrgUnitType | null;
    readonly parentId?: string | null;
    readonly externalId?: string | null;
    readonly externalId2?: string | null;
    readonly contactFirstName?: string | null;
    readonly contactLastName?: string | null;
    readonly phone?: string | null;
    readonly contactTitle?: string | null;
    readonly contactEmail?: string | null;
    readonly contactPhone?: string | null;
    readonly contactPhoneExt?: string | null;
    readonly contactDepartment?: string | null;
    readonly street1?: string | null;
    readonly street2?: string | null;
    readonly city?: string | null;
    readonly stateProv?: string | null;
    readonly country?: string | null;
    readonly postalCode?: string | null;
    readonly generation?: number | bigint | null;
    readonly descendantCount?: number | bigint | null;
    readonly isSystem?: boolean | null;
    readonly isServiceOrg?: boolean | null;
    readonly county?: string | null;
}
export interface TokenPair {
    readonly access: AuthToken;
    readonly refresh: AuthToken;
}
export interface TokenStatus {
    readonly message?: string | null;
}
export interface WorkflowRun {
    readonly executionId: string;
    readonly eventType?: string | null;
    readonly timestamp?: string | null;
    readonly payload?: unknown;
    readonly runBy?: string | null;
    readonly tenantId?: string | null;
    readonly triggerId?: string | null;
    readonly triggerType?: string | null;
    readonly workflowId?: string | null;
}

// generated/ncentral.d.ts
import type { Call } from "../call.js";
import { AsyncClient, AsyncResource, SyncClient, SyncResource } from "../client.js";
import type { CallOptions, ClientOptions, Id, Paging, SyncCallOptions } from "../options.js";
import type { Pager, SyncPager } from "../pager.js";
import type { ResponseMeta } from "../response.js";
import type { AuthTokens, Customer, CustomPsaTicket, CustomPsaTicketInfo, Links, PsaCredentialCheck, ServerHealth, ServerInfo, ServiceOrg, Site, TokenStatus } from "./models.js";
export interface CustomPsaCreateTicketParams {
    readonly psaCustomTicketId: number;
    readonly ticketNumber: string;
    readonly ticketUrl: string;
}
export interface CustomPsaGetTicketParams {
    readonly username: string;
    readonly password: string;
}
export interface CustomersListParams extends Paging {
    readonly pageSize?: number | undefined;
    readonly sortBy?: string | undefined;
    readonly sortOrder?: string | undefined;
    readonly select?: string | undefined;
}
export interface CustomersListSitesParams extends Paging {
    readonly pageSize?: number | undefined;
    readonly sortBy?: string | undefined;
    readonly sortOrder?: string | undefined;
    readonly select?: string | undefined;
}
export interface ServiceOrgsCreateParams {
    readonly soName: string;
    readonly contactFirstName: string;
    readonly contactLastName: string;
    readonly externalId?: string | null | undefined;
    readonly contactEmail?: string | null | undefined;
    readonly phone?: string | null | undefined;
    readonly contactTitle?: string | null | undefined;
    readonly contactPhone?: string | null | undefined;
    readonly contactPhoneExt?: string | null | undefined;
    readonly contactDepartment?: string | null | undefined;
    readonly street1?: string | null | undefined;
    readonly street2?: string | null | undefined;
    readonly city?: string | null | undefined;
    readonly stateProv?: string | null | undefined;
    readonly country?: string | null | undefined;
    readonly postalCode?: string | null | undefined;
}
export interface ServiceOrgsCreateCustomerParams {
    readonly customerName: string;
    readonly contactFirstName: string;
    readonly contactLastName: string;
    readonly licenseType?: "Professional" | "Essential" | undefined;
    readonly externalId?: string | null | undefined;
    readonly contactEmail?: string | null | undefined;
    readonly phone?: string | null | undefined;
    readonly contactTitle?: string | null | undefined;
    readonly contactPhone?: string | null | undefined;
    readonly contactPhoneExt?: string | null | undefined;
    readonly contactDepartment?: string | null | undefined;
    readonly street1?: string | null | undefined;
    readonly street2?: string | null | undefined;
    readonly city?: string | null | undefined;
    readonly stateProv?: string | null | undefined;
    readonly country?: string | null | undefined;
    readonly postalCode?: string | null | undefined;
}
export interface ServiceOrgsListParams extends Paging {
    readonly pageSize?: number | undefined;
    readonly sortBy?: string | undefined;
    readonly sortOrder?: string | undefined;
    readonly select?: string | undefined;
}
export interface ServiceOrgsListCustomersParams extends Paging {
    readonly pageSize?: number | undefined;
    readonly sortBy?: string | undefined;
    readonly sortOrder?: string | undefined;
    readonly select?: string | undefined;
}
export interface StandardPsaValidateCredentialParams {
    readonly username: string;
    readonly password: string;
    readonly integrationKey?: string | undefined;
}
export declare class Auth extends AsyncResource {
    authenticate(options?: CallOptions): Call<AuthTokens>;
    logout(options?: CallOptions): Call<ResponseMeta>;
    refresh(options?: CallOptions): Call<AuthTokens>;
    validate(options?: CallOptions): Call<TokenStatus>;
}
export declare class AuthSync extends SyncResource {
    authenticate(options?: SyncCallOptions): AuthTokens;
    logout(options?: SyncCallOptions): ResponseMeta;
    refresh(options?: SyncCallOptions): AuthTokens;
    validate(options?: SyncCallOptions): TokenStatus;
}
export declare class CustomPsa extends AsyncResource {
    createTicket(params: CustomPsaCreateTicketParams, options?: CallOptions): Call<CustomPsaTicket>;
    getTicket(customPsaTicketId: Id, params: CustomPsaGetTicketParams, options?: CallOptions): Call<CustomPsaTicketInfo>;
    getTicketInfo(customPsaTicketId: Id, options?: CallOptions): Call<CustomPsaTicketInfo>;
    links(options?: CallOptions): Call<Links>;
    reopenTicket(customPsaTicketId: Id, options?: CallOptions): Call<CustomPsaTicket>;
    resolveTicket(customPsaTicketId: Id, options?: CallOptions): Call<CustomPsaTicket>;
    ticketLinks(options?: CallOptions): Call<Links>;
}
export declare class CustomPsaSync extends SyncResource {
    createTicket(params: CustomPsaCreateTicketParams, options?: SyncCallOptions): CustomPsaTicket;
    getTicket(customPsaTicketId: Id, params: CustomPsaGetTicketParams, options?: SyncCallOptions): CustomPsaTicketInfo;
    getTicketInfo(customPsaTicketId: Id, options?: SyncCallOptions): CustomPsaTicketInfo;
    links(options?: SyncCallOptions): Links;
    reopenTicket(customPsaTicketId: Id, options?: SyncCallOptions): CustomPsaTicket;
    resolveTicket(customPsaTicketId: Id, options?: SyncCallOptions): CustomPsaTicket;
    ticketLinks(options?: SyncCallOptions): Links;
}
export declare class Customers extends AsyncResource {
    get(customerId: Id, options?: CallOptions): Call<Customer>;
    list(params?: CustomersListParams, options?: CallOptions): Pager<Customer>;
    listSites(customerId: Id, params?: CustomersListSitesParams, options?: CallOptions): Pager<Site>;
}
export declare class CustomersSync extends SyncResource {
    get(customerId: Id, options?: SyncCallOptions): Customer;
    list(params?: CustomersListParams, options?: SyncCallOptions): SyncPager<Customer>;
    listSites(customerId: Id, params?: CustomersListSitesParams, options?: SyncCallOptions): SyncPager<Site>;
}
export declare class Server extends AsyncResource {
    health(options?: CallOptions): Call<ServerHealth>;
    info(options?: CallOptions): Call<ServerInfo>;
}
export declare class ServerSync extends SyncResource {
    health(options?: SyncCallOptions): ServerHealth;
    info(options?: SyncCallOptions): ServerInfo;
}
export declare class ServiceOrgs extends AsyncResource {
    create(params: ServiceOrgsCreateParams, options?: CallOptions): Call<ServiceOrg>;
    createCustomer(soId: Id, params: ServiceOrgsCreateCustomerParams, options?: CallOptions): Call<Customer>;
    get(soId: Id, options?: CallOptions): Call<ServiceOrg>;
    list(params?: ServiceOrgsListParams, options?: CallOptions): Pager<ServiceOrg>;
    listCustomers(soId: Id, params?: ServiceOrgsListCustomersParams, options?: CallOptions): Pager<Customer>;
}
export declare class ServiceOrgsSync extends SyncResource {
    create(params: ServiceOrgsCreateParams, options?: SyncCallOptions): ServiceOrg;
    createCustomer(soId: Id, params: ServiceOrgsCreateCustomerParams, options?: SyncCallOptions): Customer;
    get(soId: Id, options?: SyncCallOptions): ServiceOrg;
    list(params?: ServiceOrgsListParams, options?: SyncCallOptions): SyncPager<ServiceOrg>;
    listCustomers(soId: Id, params?: ServiceOrgsListCustomersParams, options?: SyncCallOptions): SyncPager<Customer>;
}
export declare class StandardPsa extends AsyncResource {
    links(options?: CallOptions): Call<Links>;
    validateCredential(psaType: Id, params: StandardPsaValidateCredentialParams, options?: CallOptions): Call<PsaCredentialCheck>;
}
export declare class StandardPsaSync extends SyncResource {
    links(options?: SyncCallOptions): Links;
    validateCredential(psaType: Id, params: StandardPsaValidateCredentialParams, options?: SyncCallOptions): PsaCredentialCheck;
}
export interface NCentralOptions extends ClientOptions {
    readonly baseURL?: string | URL | undefined;
    readonly jwt?: string | undefined;
}
export declare class NCentral extends AsyncClient {
    readonly auth: Auth;
    readonly customPsa: CustomPsa;
    readonly customers: Customers;
    readonly server: Server;
    readonly serviceOrgs: ServiceOrgs;
    readonly standardPsa: StandardPsa;
    constructor(options?: NCentralOptions);
}
export declare class NCentralSync extends SyncClient {
    readonly auth: AuthSync;
    readonly customPsa: CustomPsaSync;
    readonly customers: CustomersSync;
    readonly server: ServerSync;
    readonly serviceOrgs: ServiceOrgsSync;
    readonly standardPsa: StandardPsaSync;
    constructor(options?: NCentralOptions);
}

// generated/wiv.d.ts
import type { Call } from "../call.js";
import { AsyncClient, AsyncResource, SyncClient, SyncResource } from "../client.js";
import type { CallOptions, ClientOptions, Id, Paging, ScrollPaging, SyncCallOptions } from "../options.js";
import type { Pager, SyncPager } from "../pager.js";
import type { Case, MspCustomer, WorkflowRun } from "./models.js";
export interface CasesSearchParams extends ScrollPaging {
    readonly customerId?: Id | undefined;
    readonly dateRange?: {
        readonly start: string;
        readonly end: string;
    } | undefined;
    readonly maxReturnedItems?: number | undefined;
}
export interface CasesSearchOwnParams extends ScrollPaging {
    readonly dateRange?: {
        readonly start: string;
        readonly end: string;
    } | undefined;
    readonly maxReturnedItems?: number | undefined;
}
export interface CustomersListParams extends Paging {
    readonly fields?: string | readonly string[] | undefined;
}
export interface WorkflowsRunParams {
    readonly payload?: object | undefined;
}
export declare class Cases extends AsyncResource {
    search(params?: CasesSearchParams, options?: CallOptions): Pager<Case>;
    searchOwn(params?: CasesSearchOwnParams, options?: CallOptions): Pager<Case>;
}
export declare class CasesSync extends SyncResource {
    search(params?: CasesSearchParams, options?: SyncCallOptions): SyncPager<Case>;
    searchOwn(params?: CasesSearchOwnParams, options?: SyncCallOptions): SyncPager<Case>;
}
export declare class Customers extends AsyncResource {
    list(params?: CustomersListParams, options?: CallOptions): Pager<MspCustomer>;
}
export declare class CustomersSync extends SyncResource {
    list(params?: CustomersListParams, options?: SyncCallOptions): SyncPager<MspCustomer>;
}
export declare class Workflows extends AsyncResource {
    run(workflowId: Id, params?: WorkflowsRunParams, options?: CallOptions): Call<WorkflowRun>;
}
export declare class WorkflowsSync extends SyncResource {
    run(workflowId: Id, params?: WorkflowsRunParams, options?: SyncCallOptions): WorkflowRun;
}
export interface WivOptions extends ClientOptions {
    readonly baseURL?: string | URL | undefined;
    readonly apiKey?: string | undefined;
}
export declare class Wiv extends AsyncClient {
    readonly cases: Cases;
    readonly customers: Customers;
    readonly workflows: Workflows;
    constructor(options?: WivOptions);
}
export declare class WivSync extends SyncClient {
    readonly cases: CasesSync;
    readonly customers: CustomersSync;
    readonly workflows: WorkflowsSync;
    constructor(options?: WivOptions);
}

// index.d.ts
export { Call, type WithResponse } from "./call.js";
export type { RequestEvent, ResponseEvent, RetryEvent } from "./diagnostics.js";
export { APIStatusError, type Attempt, type ErrorFields, type FieldError, MspError } from "./errors.js";
export type * as cloudmore from "./generated/cloudmore.js";
export { Cloudmore, type CloudmoreOptions, CloudmoreSync } from "./generated/cloudmore.js";
export * from "./generated/kinds.js";
export * from "./generated/models.js";
export type * as ncentral from "./generated/ncentral.js";
export { NCentral, type NCentralOptions, NCentralSync } from "./generated/ncentral.js";
export type * as wiv from "./generated/wiv.js";
export { Wiv, type WivOptions, WivSync } from "./generated/wiv.js";
export { version } from "./native.js";
export type { CallDefaults, CallOptions, ClientOptions, Id, Paging, Query, RequestOptions, ScrollPaging, SyncCallOptions, SyncRequestOptions, } from "./options.js";
export { Page, Pager, SyncPager } from "./pager.js";
export { RawResponse, ResponseMeta, responseOf } from "./response.js";
export { Secret } from "./secret.js";
export type { LimitStatus } from "./shared.js";

// model.d.ts
export type Kind = "id" | "text" | "integer" | "number" | "bool" | "secret" | "json";
type Content = Kind | Shape<unknown>;
type Data = Record<string, unknown>;
export declare class Field {
    readonly of: Content;
    readonly many: boolean;
    readonly name: string | undefined;
    constructor(of: Content, many: boolean, name: string | undefined);
}
export declare function named(name: string, of: Content | Field): Field;
export declare function many(of: Content): Field;
export declare class Unreadable extends Error {
    constructor(field: string | undefined, value: unknown, expected: string);
}
export declare function isText(value: unknown): boolean;
export declare function isInteger(value: unknown): boolean;
export declare function isNumber(value: unknown): boolean;
export declare function isBool(value: unknown): boolean;
export declare class Shape<T> {
    #private;
    readonly name: string;
    readonly fields: Readonly<Record<string, Content | Field>>;
    constructor(name: string, fields: Readonly<Record<string, Content | Field>>, plain?: (data: Data) => boolean);
    read(value: unknown, field?: string): T;
    toWire(model: T): Data;
}
export {};

// native.d.ts
export declare const FAILED = 0;
export declare const DONE = 1;
export declare const EVENTS = 2;
export type Answer = [kind: number, text: string, meta: string, marker?: string, events?: string];
export interface NativePort {
    drain(): unknown[];
    cancel(id: number): void;
    submitPanic(id: number, message: string): undefined;
}
export interface NativePager {
    resumeToken(consumed: number): string;
    submitNext(port: NativePort, id: number, watch: number): Answer | null;
    nextSync(watch: number): Answer;
    leave(): void;
}
export interface NativeCore {
    readonly baseUrl: string;
    submitCall(port: NativePort, id: number, watch: number, operation: string, params: string, options: string): undefined;
    callSync(watch: number, operation: string, params: string, options: string): Answer;
    submitRequest(port: NativePort, id: number, watch: number, method: string, path: string, body: string | null, options: string): undefined;
    requestSync(watch: number, method: string, path: string, body: string | null, options: string): Answer;
    pager(operation: string, params: string, paging: string, options: string): NativePager;
    withOptions(options: string): NativeCore;
    limits(): string;
    close(): void;
}
interface Native {
    start(): string;
    operations(): string;
    panics(message: string): void;
    readonly Core: new (service: string, options: string, asynchronous: boolean) => NativeCore;
    readonly Port: new (wake: () => void) => NativePort;
}
export declare const version: string;
export declare const native: Native;
export interface ParameterRow {
    readonly name: string;
    readonly wire: string;
    readonly place: string;
    readonly kind: string;
    readonly required: boolean;
    readonly secret: boolean;
    readonly from_option: string | null;
}
export interface OperationRow {
    readonly id: string;
    readonly resource: string;
    readonly name: string;
    readonly summary: string;
    readonly method: string;
    readonly path: string;
    readonly paging: string;
    readonly answer: string;
    readonly params: readonly ParameterRow[];
}
export declare function operations(): readonly OperationRow[];
export {};

// options.d.ts
export type Id = string | number | bigint;
export interface ClientOptions {
    readonly baseURL?: string | URL | undefined;
    readonly timeout?: number | undefined;
    readonly attemptTimeout?: number | undefined;
    readonly connectTimeout?: number | undefined;
    readonly maxRetries?: number | undefined;
    readonly maxRetryAfter?: number | undefined;
    readonly maxBackoff?: number | undefined;
    readonly proxy?: string | undefined;
    readonly caBundle?: string | undefined;
    readonly clientCert?: string | undefined;
    readonly verify?: boolean | undefined;
    readonly trustEnv?: boolean | undefined;
    readonly allowHttp?: boolean | undefined;
    readonly appInfo?: string | undefined;
    readonly maxBodyBytes?: number | undefined;
    readonly poolIdleTimeout?: number | undefined;
    readonly poolMaxIdle?: number | undefined;
}
export type CallDefaults = Pick<ClientOptions, "timeout" | "attemptTimeout" | "maxRetries" | "maxRetryAfter" | "maxBackoff">;
export type Query = Readonly<Record<string, unknown>> | URLSearchParams;
export interface SyncCallOptions {
    readonly timeout?: number | undefined;
    readonly maxRetries?: number | undefined;
    readonly headers?: Readonly<Record<string, string | undefined>> | Headers | undefined;
    readonly query?: Query | undefined;
    readonly body?: Readonly<Record<string, unknown>> | undefined;
}
export interface CallOptions extends SyncCallOptions {
    readonly signal?: AbortSignal | undefined;
}
export interface SyncRequestOptions extends Omit<SyncCallOptions, "body"> {
    readonly body?: unknown;
}
export interface RequestOptions extends SyncRequestOptions {
    readonly signal?: AbortSignal | undefined;
}
export interface Paging {
    readonly limit?: number | undefined;
    readonly concurrency?: number | undefined;
    readonly resumeToken?: string | undefined;
}
export interface ScrollPaging extends Paging {
    readonly onLostPage?: "restart" | "raise" | undefined;
}
export declare const PAGING_NAMES: readonly string[];
export declare const CALL_NAMES: ReadonlySet<string>;
export declare function clientOptions(own: readonly string[], options: object): string;
export declare function callOptions(options: CallOptions | undefined, sync?: boolean): {
    json: string;
    signal: AbortSignal | undefined;
};
export declare function requestOptions(options: RequestOptions | undefined, sync?: boolean): {
    body: string | null;
    json: string;
    signal: AbortSignal | undefined;
};
export declare function pagingOptions(paging: object): string;

// pager.d.ts
import { type Page, Reading } from "./reading.js";
export { Page } from "./reading.js";
export { SyncPager } from "./sync-pager.js";
export declare class Pager<T extends object> extends Reading<T> implements AsyncIterableIterator<T> {
    #private;
    [Symbol.asyncIterator](): this;
    next(): Promise<IteratorResult<T, undefined>>;
    return(): Promise<IteratorResult<T, undefined>>;
    pages(): AsyncIterableIterator<Page<T>, undefined>;
    collect(options?: {
        readonly limit?: number | undefined;
    }): Promise<T[]>;
}

// reading.d.ts
import { type Site } from "./failure.js";
import { type Shape } from "./model.js";
import type { NativePager } from "./native.js";
import { ResponseMeta } from "./response.js";
export interface Beginning<T> {
    readonly operation: string;
    readonly shape: Shape<T>;
    readonly open: (change: object) => NativePager;
    readonly site: Site;
}
export declare class Page<T> implements Iterable<T> {
    readonly items: readonly T[];
    readonly total: number | undefined;
    readonly number: number | undefined;
    readonly resumeToken: string;
    readonly responseMeta: ResponseMeta;
    [Symbol.iterator](): Iterator<T>;
}
export declare abstract class Reading<T extends object> {
    #private;
    get resumeToken(): string;
    get total(): number | undefined;
    get responseMeta(): ResponseMeta | undefined;
}

// response.d.ts
export declare class ResponseMeta {
    #private;
    get status(): number;
    get headers(): Headers;
    get requestId(): string;
    get attempts(): number;
    get elapsed(): number;
    toJSON(): Record<string, unknown>;
}
export declare class RawResponse extends ResponseMeta {
    readonly text: string;
    json(): unknown;
}
export interface Said {
    readonly status: number;
    readonly headers: [string, string][];
    readonly requestId: string;
    readonly attempts: number;
    readonly elapsed: number;
    readonly total?: number;
    readonly number?: number;
    readonly resumeToken?: string;
}
export declare function note(result: object, meta: ResponseMeta | string): void;
export declare function responseOf(result: object): ResponseMeta | undefined;

// secret.d.ts
export declare class Secret {
    #private;
    constructor(text: string);
    reveal(): string;
    toString(): string;
    toJSON(): string;
}
export declare function uncloneable(object: object, reason: string): void;

// shared.d.ts
import { type Shape } from "./model.js";
import { type NativeCore } from "./native.js";
import { type CallDefaults, type ClientOptions } from "./options.js";
export type Service = "ncentral" | "cloudmore" | "wiv";
export interface LimitStatus {
    readonly endpoint: string;
    readonly cap: number;
    readonly inFlight: number;
    readonly waiting: number;
    readonly last429: number | null;
}
export declare class Handle {
    readonly core: NativeCore;
    constructor(core: NativeCore);
}
export interface Made {
    readonly service: Service;
    readonly own: readonly string[];
    readonly options: ClientOptions | Handle;
    readonly asynchronous: boolean;
}
export declare function open({ service, own, options, asynchronous }: Made): NativeCore;
export declare function layered(core: NativeCore, own: readonly string[], options: CallDefaults): Handle;
export declare function result<T extends object>(operation: string, shape: Shape<T>, text: string, meta: string, marker: string | undefined): T;
export declare function shown(client: {
    readonly baseURL: string;
}): string;

// sync-pager.d.ts
import { type Page, Reading } from "./reading.js";
export declare class SyncPager<T extends object> extends Reading<T> implements IterableIterator<T> {
    #private;
    [Symbol.iterator](): this;
    next(): IteratorResult<T, undefined>;
    return(): IteratorResult<T, undefined>;
    pages(): IterableIterator<Page<T>, undefined>;
    collect(options?: {
        readonly limit?: number | undefined;
    }): T[];
}

// sync.d.ts
import { inspect } from "node:util";
import { type CallDefaults, type ClientOptions, type SyncRequestOptions } from "./options.js";
import { RawResponse } from "./response.js";
import { type LimitStatus, type Service } from "./shared.js";
export declare abstract class SyncClient {
    #private;
    protected constructor(service: Service, own: readonly string[], options: ClientOptions);
    get baseURL(): string;
    withOptions(options: CallDefaults): this;
    request(method: string, path: string | URL, options?: SyncRequestOptions): RawResponse;
    limits(): LimitStatus[];
    close(): void;
    [Symbol.dispose](): void;
    [inspect.custom](): string;
}
export declare class SyncResource {
    #private;
    constructor(client: SyncClient);
}

