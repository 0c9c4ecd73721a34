CREATE TABLE alerts (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE api_keys (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE approval_cases (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE approvals (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE attestations (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE commitments (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE credential_uses (
    organization_id text NOT NULL,
    id text NOT NULL,
    used_at bigint NOT NULL
);
CREATE TABLE decision_rights (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE decisions (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE delegations (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE deny_records (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE drafts (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE escalations (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE evaluation_parts (
    organization_id text NOT NULL,
    run text NOT NULL,
    part integer NOT NULL
);
CREATE TABLE evaluation_trials (
    organization_id text NOT NULL,
    run text NOT NULL,
    place text NOT NULL,
    part integer NOT NULL,
    record text NOT NULL
);
CREATE TABLE evaluations (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE evidence (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE exceptions (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE findings (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL,
    fingerprint_hash bigint GENERATED ALWAYS AS (hashtextextended((document ->> 'fingerprint'::text), (0)::bigint)) STORED
);
CREATE TABLE idempotency_keys (
    organization_id text NOT NULL,
    caller text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    answer text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE incidents (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE intake_requests (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);
CREATE TABLE kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);
CREATE TABLE learned_cases (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE ledger_checkpoints (
    organization_id text NOT NULL,
    size bigint NOT NULL,
    epoch bigint NOT NULL,
    note text NOT NULL,
    CONSTRAINT ledger_checkpoints_size_check CHECK ((size >= 0))
);
CREATE TABLE ledger_entries (
    organization_id text NOT NULL,
    index bigint NOT NULL,
    id text NOT NULL,
    epoch bigint NOT NULL,
    leaf text NOT NULL,
    salt text NOT NULL,
    payload text NOT NULL,
    CONSTRAINT ledger_entries_index_check CHECK ((index >= 0))
);
CREATE TABLE ledger_inbox (
    organization_id text NOT NULL,
    "position" bigint NOT NULL,
    id text NOT NULL,
    draft text NOT NULL,
    turn bigint
);
ALTER TABLE ledger_inbox ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger_inbox_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE ledger_readers (
    organization_id text NOT NULL,
    name text NOT NULL,
    "position" bigint NOT NULL,
    CONSTRAINT ledger_readers_position_check CHECK (("position" >= 0))
);
CREATE TABLE ledger_sequencers (
    organization_id text NOT NULL,
    epoch bigint NOT NULL,
    holder text NOT NULL,
    turn bigint DEFAULT 0 NOT NULL
);
CREATE TABLE one_time_codes (
    organization_id text NOT NULL,
    hash text NOT NULL,
    purpose text NOT NULL,
    content text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE policy_packs (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE projection (
    organization_id text NOT NULL,
    entries bigint NOT NULL,
    CONSTRAINT projection_entries_check CHECK ((entries >= 0))
);
CREATE TABLE prompt_labels (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE readiness (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE record_counts (
    organization_id text NOT NULL,
    kind text NOT NULL,
    system text NOT NULL,
    status text NOT NULL,
    total bigint NOT NULL
);
CREATE TABLE record_deadlines (
    organization_id text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    due_at bigint NOT NULL
);
CREATE TABLE record_excerpts (
    organization_id text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    excerpt jsonb NOT NULL
);
CREATE TABLE releases (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE risks (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE sessions (
    organization_id text NOT NULL,
    id text NOT NULL,
    token_hash text NOT NULL,
    previous_hash text,
    previous_until bigint,
    name text NOT NULL,
    roles text NOT NULL,
    method text NOT NULL,
    client text NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint NOT NULL,
    rotated_at bigint NOT NULL
);
CREATE TABLE shares (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE threat_models (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE tool_approvals (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE vendors (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE verdicts (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE webhooks (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE workload_keys (
    organization_id text NOT NULL,
    id text NOT NULL,
    system text NOT NULL,
    release_digest text,
    status text NOT NULL,
    topic text NOT NULL,
    at bigint NOT NULL,
    document jsonb NOT NULL
);
INSERT INTO kysely_migration VALUES ('0001_records', '2026-11-26T18:51:11.525Z');
INSERT INTO kysely_migration VALUES ('0002_governance', '2026-11-26T18:51:11.744Z');
INSERT INTO kysely_migration VALUES ('0003_attestations_and_packs', '2026-11-26T18:51:11.836Z');
INSERT INTO kysely_migration VALUES ('0004_row_security', '2026-11-26T18:51:12.788Z');
INSERT INTO kysely_migration VALUES ('0005_ledger', '2026-11-26T18:51:12.952Z');
INSERT INTO kysely_migration VALUES ('0006_identity', '2026-11-26T18:51:13.405Z');
INSERT INTO kysely_migration VALUES ('0007_jobs', '2026-11-26T18:51:13.760Z');
INSERT INTO kysely_migration VALUES ('0008_evaluation_trials', '2026-11-26T18:51:13.831Z');
INSERT INTO kysely_migration VALUES ('0010_tool_approvals', '2026-11-26T18:51:13.923Z');
INSERT INTO kysely_migration VALUES ('0011_intake_requests', '2026-11-26T18:51:14.132Z');
INSERT INTO kysely_migration VALUES ('0012_commitments', '2026-11-26T18:51:14.257Z');
INSERT INTO kysely_migration VALUES ('0013_prompt_labels_and_drafts', '2026-11-26T18:51:14.427Z');
INSERT INTO kysely_migration VALUES ('0014_record_sums', '2026-11-26T18:51:14.620Z');
INSERT INTO kysely_migration VALUES ('0015_turns', '2026-11-26T18:51:14.637Z');
INSERT INTO kysely_migration VALUES ('0016_finding_fingerprints', '2026-11-26T18:51:14.699Z');
INSERT INTO kysely_migration_lock VALUES ('migration_lock', 0);
INSERT INTO releases VALUES ('local', 'r-1', 'shop', NULL, 'registered', 'shop', 1, '{"a": 1}');
INSERT INTO releases VALUES ('local', 'r-2', 'shop', NULL, 'registered', 'shop', 2, '{}');
ALTER TABLE ONLY alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY approval_cases
    ADD CONSTRAINT approval_cases_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY attestations
    ADD CONSTRAINT attestations_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY commitments
    ADD CONSTRAINT commitments_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY credential_uses
    ADD CONSTRAINT credential_uses_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY decision_rights
    ADD CONSTRAINT decision_rights_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY delegations
    ADD CONSTRAINT delegations_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY deny_records
    ADD CONSTRAINT deny_records_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY drafts
    ADD CONSTRAINT drafts_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY escalations
    ADD CONSTRAINT escalations_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY evaluation_parts
    ADD CONSTRAINT evaluation_parts_pkey PRIMARY KEY (organization_id, run, part);
ALTER TABLE ONLY evaluation_trials
    ADD CONSTRAINT evaluation_trials_pkey PRIMARY KEY (organization_id, run, place);
ALTER TABLE ONLY evaluations
    ADD CONSTRAINT evaluations_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY evidence
    ADD CONSTRAINT evidence_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY exceptions
    ADD CONSTRAINT exceptions_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY findings
    ADD CONSTRAINT findings_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, caller, key);
ALTER TABLE ONLY incidents
    ADD CONSTRAINT incidents_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY intake_requests
    ADD CONSTRAINT intake_requests_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);
ALTER TABLE ONLY learned_cases
    ADD CONSTRAINT learned_cases_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY ledger_checkpoints
    ADD CONSTRAINT ledger_checkpoints_pkey PRIMARY KEY (organization_id, size);
ALTER TABLE ONLY ledger_entries
    ADD CONSTRAINT ledger_entries_id UNIQUE (organization_id, id);
ALTER TABLE ONLY ledger_entries
    ADD CONSTRAINT ledger_entries_pkey PRIMARY KEY (organization_id, index);
ALTER TABLE ONLY ledger_inbox
    ADD CONSTRAINT ledger_inbox_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY ledger_readers
    ADD CONSTRAINT ledger_readers_pkey PRIMARY KEY (organization_id, name);
ALTER TABLE ONLY ledger_sequencers
    ADD CONSTRAINT ledger_sequencers_pkey PRIMARY KEY (organization_id);
ALTER TABLE ONLY one_time_codes
    ADD CONSTRAINT one_time_codes_pkey PRIMARY KEY (organization_id, hash);
ALTER TABLE ONLY policy_packs
    ADD CONSTRAINT policy_packs_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY projection
    ADD CONSTRAINT projection_pkey PRIMARY KEY (organization_id);
ALTER TABLE ONLY prompt_labels
    ADD CONSTRAINT prompt_labels_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY readiness
    ADD CONSTRAINT readiness_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY record_counts
    ADD CONSTRAINT record_counts_pkey PRIMARY KEY (organization_id, kind, system, status);
ALTER TABLE ONLY record_deadlines
    ADD CONSTRAINT record_deadlines_pkey PRIMARY KEY (organization_id, kind, id);
ALTER TABLE ONLY record_excerpts
    ADD CONSTRAINT record_excerpts_pkey PRIMARY KEY (organization_id, kind, id);
ALTER TABLE ONLY releases
    ADD CONSTRAINT releases_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY risks
    ADD CONSTRAINT risks_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY shares
    ADD CONSTRAINT shares_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY threat_models
    ADD CONSTRAINT threat_models_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY tool_approvals
    ADD CONSTRAINT tool_approvals_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY vendors
    ADD CONSTRAINT vendors_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY verdicts
    ADD CONSTRAINT verdicts_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY workload_keys
    ADD CONSTRAINT workload_keys_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX alerts_by_release ON alerts USING btree (organization_id, release_digest, at, id);
CREATE INDEX alerts_by_status ON alerts USING btree (organization_id, status, at, id);
CREATE INDEX alerts_by_system ON alerts USING btree (organization_id, system, at, id);
CREATE INDEX alerts_by_system_status ON alerts USING btree (organization_id, system, status, at, id);
CREATE INDEX alerts_by_time ON alerts USING btree (organization_id, at, id);
CREATE INDEX alerts_by_topic ON alerts USING btree (organization_id, system, topic, at, id);
CREATE INDEX api_keys_by_release ON api_keys USING btree (organization_id, release_digest, at, id);
CREATE INDEX api_keys_by_status ON api_keys USING btree (organization_id, status, at, id);
CREATE INDEX api_keys_by_system ON api_keys USING btree (organization_id, system, at, id);
CREATE INDEX api_keys_by_system_status ON api_keys USING btree (organization_id, system, status, at, id);
CREATE INDEX api_keys_by_time ON api_keys USING btree (organization_id, at, id);
CREATE INDEX api_keys_by_topic ON api_keys USING btree (organization_id, system, topic, at, id);
CREATE INDEX approval_cases_by_release ON approval_cases USING btree (organization_id, release_digest, at, id);
CREATE INDEX approval_cases_by_status ON approval_cases USING btree (organization_id, status, at, id);
CREATE INDEX approval_cases_by_system ON approval_cases USING btree (organization_id, system, at, id);
CREATE INDEX approval_cases_by_system_status ON approval_cases USING btree (organization_id, system, status, at, id);
CREATE INDEX approval_cases_by_time ON approval_cases USING btree (organization_id, at, id);
CREATE INDEX approval_cases_by_topic ON approval_cases USING btree (organization_id, system, topic, at, id);
CREATE INDEX approvals_by_release ON approvals USING btree (organization_id, release_digest, at, id);
CREATE INDEX approvals_by_status ON approvals USING btree (organization_id, status, at, id);
CREATE INDEX approvals_by_system ON approvals USING btree (organization_id, system, at, id);
CREATE INDEX approvals_by_system_status ON approvals USING btree (organization_id, system, status, at, id);
CREATE INDEX approvals_by_time ON approvals USING btree (organization_id, at, id);
CREATE INDEX approvals_by_topic ON approvals USING btree (organization_id, system, topic, at, id);
CREATE INDEX attestations_by_release ON attestations USING btree (organization_id, release_digest, at, id);
CREATE INDEX attestations_by_status ON attestations USING btree (organization_id, status, at, id);
CREATE INDEX attestations_by_system ON attestations USING btree (organization_id, system, at, id);
CREATE INDEX attestations_by_system_status ON attestations USING btree (organization_id, system, status, at, id);
CREATE INDEX attestations_by_time ON attestations USING btree (organization_id, at, id);
CREATE INDEX attestations_by_topic ON attestations USING btree (organization_id, system, topic, at, id);
CREATE INDEX commitments_by_release ON commitments USING btree (organization_id, release_digest, at, id);
CREATE INDEX commitments_by_status ON commitments USING btree (organization_id, status, at, id);
CREATE INDEX commitments_by_system ON commitments USING btree (organization_id, system, at, id);
CREATE INDEX commitments_by_system_status ON commitments USING btree (organization_id, system, status, at, id);
CREATE INDEX commitments_by_time ON commitments USING btree (organization_id, at, id);
CREATE INDEX commitments_by_topic ON commitments USING btree (organization_id, system, topic, at, id);
CREATE INDEX decision_rights_by_release ON decision_rights USING btree (organization_id, release_digest, at, id);
CREATE INDEX decision_rights_by_status ON decision_rights USING btree (organization_id, status, at, id);
CREATE INDEX decision_rights_by_system ON decision_rights USING btree (organization_id, system, at, id);
CREATE INDEX decision_rights_by_system_status ON decision_rights USING btree (organization_id, system, status, at, id);
CREATE INDEX decision_rights_by_time ON decision_rights USING btree (organization_id, at, id);
CREATE INDEX decision_rights_by_topic ON decision_rights USING btree (organization_id, system, topic, at, id);
CREATE INDEX decisions_by_release ON decisions USING btree (organization_id, release_digest, at, id);
CREATE INDEX decisions_by_status ON decisions USING btree (organization_id, status, at, id);
CREATE INDEX decisions_by_system ON decisions USING btree (organization_id, system, at, id);
CREATE INDEX decisions_by_system_status ON decisions USING btree (organization_id, system, status, at, id);
CREATE INDEX decisions_by_time ON decisions USING btree (organization_id, at, id);
CREATE INDEX decisions_by_topic ON decisions USING btree (organization_id, system, topic, at, id);
CREATE INDEX delegations_by_release ON delegations USING btree (organization_id, release_digest, at, id);
CREATE INDEX delegations_by_status ON delegations USING btree (organization_id, status, at, id);
CREATE INDEX delegations_by_system ON delegations USING btree (organization_id, system, at, id);
CREATE INDEX delegations_by_system_status ON delegations USING btree (organization_id, system, status, at, id);
CREATE INDEX delegations_by_time ON delegations USING btree (organization_id, at, id);
CREATE INDEX delegations_by_topic ON delegations USING btree (organization_id, system, topic, at, id);
CREATE INDEX deny_records_by_release ON deny_records USING btree (organization_id, release_digest, at, id);
CREATE INDEX deny_records_by_status ON deny_records USING btree (organization_id, status, at, id);
CREATE INDEX deny_records_by_system ON deny_records USING btree (organization_id, system, at, id);
CREATE INDEX deny_records_by_system_status ON deny_records USING btree (organization_id, system, status, at, id);
CREATE INDEX deny_records_by_time ON deny_records USING btree (organization_id, at, id);
CREATE INDEX deny_records_by_topic ON deny_records USING btree (organization_id, system, topic, at, id);
CREATE INDEX drafts_by_release ON drafts USING btree (organization_id, release_digest, at, id);
CREATE INDEX drafts_by_status ON drafts USING btree (organization_id, status, at, id);
CREATE INDEX drafts_by_system ON drafts USING btree (organization_id, system, at, id);
CREATE INDEX drafts_by_system_status ON drafts USING btree (organization_id, system, status, at, id);
CREATE INDEX drafts_by_time ON drafts USING btree (organization_id, at, id);
CREATE INDEX drafts_by_topic ON drafts USING btree (organization_id, system, topic, at, id);
CREATE INDEX escalations_by_release ON escalations USING btree (organization_id, release_digest, at, id);
CREATE INDEX escalations_by_status ON escalations USING btree (organization_id, status, at, id);
CREATE INDEX escalations_by_system ON escalations USING btree (organization_id, system, at, id);
CREATE INDEX escalations_by_system_status ON escalations USING btree (organization_id, system, status, at, id);
CREATE INDEX escalations_by_time ON escalations USING btree (organization_id, at, id);
CREATE INDEX escalations_by_topic ON escalations USING btree (organization_id, system, topic, at, id);
CREATE INDEX evaluations_by_release ON evaluations USING btree (organization_id, release_digest, at, id);
CREATE INDEX evaluations_by_status ON evaluations USING btree (organization_id, status, at, id);
CREATE INDEX evaluations_by_system ON evaluations USING btree (organization_id, system, at, id);
CREATE INDEX evaluations_by_system_status ON evaluations USING btree (organization_id, system, status, at, id);
CREATE INDEX evaluations_by_time ON evaluations USING btree (organization_id, at, id);
CREATE INDEX evaluations_by_topic ON evaluations USING btree (organization_id, system, topic, at, id);
CREATE INDEX evidence_by_release ON evidence USING btree (organization_id, release_digest, at, id);
CREATE INDEX evidence_by_status ON evidence USING btree (organization_id, status, at, id);
CREATE INDEX evidence_by_system ON evidence USING btree (organization_id, system, at, id);
CREATE INDEX evidence_by_system_status ON evidence USING btree (organization_id, system, status, at, id);
CREATE INDEX evidence_by_time ON evidence USING btree (organization_id, at, id);
CREATE INDEX evidence_by_topic ON evidence USING btree (organization_id, system, topic, at, id);
CREATE INDEX exceptions_by_release ON exceptions USING btree (organization_id, release_digest, at, id);
CREATE INDEX exceptions_by_status ON exceptions USING btree (organization_id, status, at, id);
CREATE INDEX exceptions_by_system ON exceptions USING btree (organization_id, system, at, id);
CREATE INDEX exceptions_by_system_status ON exceptions USING btree (organization_id, system, status, at, id);
CREATE INDEX exceptions_by_time ON exceptions USING btree (organization_id, at, id);
CREATE INDEX exceptions_by_topic ON exceptions USING btree (organization_id, system, topic, at, id);
CREATE INDEX findings_by_fingerprint ON findings USING btree (organization_id, system, fingerprint_hash);
CREATE INDEX findings_by_release ON findings USING btree (organization_id, release_digest, at, id);
CREATE INDEX findings_by_status ON findings USING btree (organization_id, status, at, id);
CREATE INDEX findings_by_system ON findings USING btree (organization_id, system, at, id);
CREATE INDEX findings_by_system_status ON findings USING btree (organization_id, system, status, at, id);
CREATE INDEX findings_by_time ON findings USING btree (organization_id, at, id);
CREATE INDEX findings_by_topic ON findings USING btree (organization_id, system, topic, at, id);
CREATE INDEX idempotency_keys_by_end ON idempotency_keys USING btree (organization_id, expires_at);
CREATE INDEX incidents_by_release ON incidents USING btree (organization_id, release_digest, at, id);
CREATE INDEX incidents_by_status ON incidents USING btree (organization_id, status, at, id);
CREATE INDEX incidents_by_system ON incidents USING btree (organization_id, system, at, id);
CREATE INDEX incidents_by_system_status ON incidents USING btree (organization_id, system, status, at, id);
CREATE INDEX incidents_by_time ON incidents USING btree (organization_id, at, id);
CREATE INDEX incidents_by_topic ON incidents USING btree (organization_id, system, topic, at, id);
CREATE INDEX intake_requests_by_release ON intake_requests USING btree (organization_id, release_digest, at, id);
CREATE INDEX intake_requests_by_status ON intake_requests USING btree (organization_id, status, at, id);
CREATE INDEX intake_requests_by_system ON intake_requests USING btree (organization_id, system, at, id);
CREATE INDEX intake_requests_by_system_status ON intake_requests USING btree (organization_id, system, status, at, id);
CREATE INDEX intake_requests_by_time ON intake_requests USING btree (organization_id, at, id);
CREATE INDEX intake_requests_by_topic ON intake_requests USING btree (organization_id, system, topic, at, id);
CREATE INDEX learned_cases_by_release ON learned_cases USING btree (organization_id, release_digest, at, id);
CREATE INDEX learned_cases_by_status ON learned_cases USING btree (organization_id, status, at, id);
CREATE INDEX learned_cases_by_system ON learned_cases USING btree (organization_id, system, at, id);
CREATE INDEX learned_cases_by_system_status ON learned_cases USING btree (organization_id, system, status, at, id);
CREATE INDEX learned_cases_by_time ON learned_cases USING btree (organization_id, at, id);
CREATE INDEX learned_cases_by_topic ON learned_cases USING btree (organization_id, system, topic, at, id);
CREATE INDEX ledger_inbox_by_position ON ledger_inbox USING btree (organization_id, "position");
CREATE INDEX one_time_codes_by_end ON one_time_codes USING btree (organization_id, expires_at);
CREATE INDEX policy_packs_by_release ON policy_packs USING btree (organization_id, release_digest, at, id);
CREATE INDEX policy_packs_by_status ON policy_packs USING btree (organization_id, status, at, id);
CREATE INDEX policy_packs_by_system ON policy_packs USING btree (organization_id, system, at, id);
CREATE INDEX policy_packs_by_system_status ON policy_packs USING btree (organization_id, system, status, at, id);
CREATE INDEX policy_packs_by_time ON policy_packs USING btree (organization_id, at, id);
CREATE INDEX policy_packs_by_topic ON policy_packs USING btree (organization_id, system, topic, at, id);
CREATE INDEX prompt_labels_by_release ON prompt_labels USING btree (organization_id, release_digest, at, id);
CREATE INDEX prompt_labels_by_status ON prompt_labels USING btree (organization_id, status, at, id);
CREATE INDEX prompt_labels_by_system ON prompt_labels USING btree (organization_id, system, at, id);
CREATE INDEX prompt_labels_by_system_status ON prompt_labels USING btree (organization_id, system, status, at, id);
CREATE INDEX prompt_labels_by_time ON prompt_labels USING btree (organization_id, at, id);
CREATE INDEX prompt_labels_by_topic ON prompt_labels USING btree (organization_id, system, topic, at, id);
CREATE INDEX readiness_by_release ON readiness USING btree (organization_id, release_digest, at, id);
CREATE INDEX readiness_by_status ON readiness USING btree (organization_id, status, at, id);
CREATE INDEX readiness_by_system ON readiness USING btree (organization_id, system, at, id);
CREATE INDEX readiness_by_system_status ON readiness USING btree (organization_id, system, status, at, id);
CREATE INDEX readiness_by_time ON readiness USING btree (organization_id, at, id);
CREATE INDEX readiness_by_topic ON readiness USING btree (organization_id, system, topic, at, id);
CREATE INDEX record_deadlines_by_time ON record_deadlines USING btree (organization_id, due_at, kind, id);
CREATE INDEX record_excerpts_by_system ON record_excerpts USING btree (organization_id, kind, system, id);
CREATE INDEX releases_by_release ON releases USING btree (organization_id, release_digest, at, id);
CREATE INDEX releases_by_status ON releases USING btree (organization_id, status, at, id);
CREATE INDEX releases_by_system ON releases USING btree (organization_id, system, at, id);
CREATE INDEX releases_by_system_status ON releases USING btree (organization_id, system, status, at, id);
CREATE INDEX releases_by_time ON releases USING btree (organization_id, at, id);
CREATE INDEX releases_by_topic ON releases USING btree (organization_id, system, topic, at, id);
CREATE INDEX risks_by_release ON risks USING btree (organization_id, release_digest, at, id);
CREATE INDEX risks_by_status ON risks USING btree (organization_id, status, at, id);
CREATE INDEX risks_by_system ON risks USING btree (organization_id, system, at, id);
CREATE INDEX risks_by_system_status ON risks USING btree (organization_id, system, status, at, id);
CREATE INDEX risks_by_time ON risks USING btree (organization_id, at, id);
CREATE INDEX risks_by_topic ON risks USING btree (organization_id, system, topic, at, id);
CREATE INDEX sessions_by_name ON sessions USING btree (organization_id, name, created_at);
CREATE INDEX sessions_by_previous ON sessions USING btree (organization_id, previous_hash);
CREATE UNIQUE INDEX sessions_by_token ON sessions USING btree (organization_id, token_hash);
CREATE INDEX shares_by_release ON shares USING btree (organization_id, release_digest, at, id);
CREATE INDEX shares_by_status ON shares USING btree (organization_id, status, at, id);
CREATE INDEX shares_by_system ON shares USING btree (organization_id, system, at, id);
CREATE INDEX shares_by_system_status ON shares USING btree (organization_id, system, status, at, id);
CREATE INDEX shares_by_time ON shares USING btree (organization_id, at, id);
CREATE INDEX shares_by_topic ON shares USING btree (organization_id, system, topic, at, id);
CREATE INDEX threat_models_by_release ON threat_models USING btree (organization_id, release_digest, at, id);
CREATE INDEX threat_models_by_status ON threat_models USING btree (organization_id, status, at, id);
CREATE INDEX threat_models_by_system ON threat_models USING btree (organization_id, system, at, id);
CREATE INDEX threat_models_by_system_status ON threat_models USING btree (organization_id, system, status, at, id);
CREATE INDEX threat_models_by_time ON threat_models USING btree (organization_id, at, id);
CREATE INDEX threat_models_by_topic ON threat_models USING btree (organization_id, system, topic, at, id);
CREATE INDEX tool_approvals_by_release ON tool_approvals USING btree (organization_id, release_digest, at, id);
CREATE INDEX tool_approvals_by_status ON tool_approvals USING btree (organization_id, status, at, id);
CREATE INDEX tool_approvals_by_system ON tool_approvals USING btree (organization_id, system, at, id);
CREATE INDEX tool_approvals_by_system_status ON tool_approvals USING btree (organization_id, system, status, at, id);
CREATE INDEX tool_approvals_by_time ON tool_approvals USING btree (organization_id, at, id);
CREATE INDEX tool_approvals_by_topic ON tool_approvals USING btree (organization_id, system, topic, at, id);
CREATE INDEX vendors_by_release ON vendors USING btree (organization_id, release_digest, at, id);
CREATE INDEX vendors_by_status ON vendors USING btree (organization_id, status, at, id);
CREATE INDEX vendors_by_system ON vendors USING btree (organization_id, system, at, id);
CREATE INDEX vendors_by_system_status ON vendors USING btree (organization_id, system, status, at, id);
CREATE INDEX vendors_by_time ON vendors USING btree (organization_id, at, id);
CREATE INDEX vendors_by_topic ON vendors USING btree (organization_id, system, topic, at, id);
CREATE INDEX verdicts_by_release ON verdicts USING btree (organization_id, release_digest, at, id);
CREATE INDEX verdicts_by_status ON verdicts USING btree (organization_id, status, at, id);
CREATE INDEX verdicts_by_system ON verdicts USING btree (organization_id, system, at, id);
CREATE INDEX verdicts_by_system_status ON verdicts USING btree (organization_id, system, status, at, id);
CREATE INDEX verdicts_by_time ON verdicts USING btree (organization_id, at, id);
CREATE INDEX verdicts_by_topic ON verdicts USING btree (organization_id, system, topic, at, id);
CREATE INDEX webhooks_by_release ON webhooks USING btree (organization_id, release_digest, at, id);
CREATE INDEX webhooks_by_status ON webhooks USING btree (organization_id, status, at, id);
CREATE INDEX webhooks_by_system ON webhooks USING btree (organization_id, system, at, id);
CREATE INDEX webhooks_by_system_status ON webhooks USING btree (organization_id, system, status, at, id);
CREATE INDEX webhooks_by_time ON webhooks USING btree (organization_id, at, id);
CREATE INDEX webhooks_by_topic ON webhooks USING btree (organization_id, system, topic, at, id);
CREATE INDEX workload_keys_by_release ON workload_keys USING btree (organization_id, release_digest, at, id);
CREATE INDEX workload_keys_by_status ON workload_keys USING btree (organization_id, status, at, id);
CREATE INDEX workload_keys_by_system ON workload_keys USING btree (organization_id, system, at, id);
CREATE INDEX workload_keys_by_system_status ON workload_keys USING btree (organization_id, system, status, at, id);
CREATE INDEX workload_keys_by_time ON workload_keys USING btree (organization_id, at, id);
CREATE INDEX workload_keys_by_topic ON workload_keys USING btree (organization_id, system, topic, at, id);
ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
CREATE POLICY alerts_of_organization ON alerts USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_keys_of_organization ON api_keys USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE approval_cases ENABLE ROW LEVEL SECURITY;
CREATE POLICY approval_cases_of_organization ON approval_cases USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE approvals ENABLE ROW LEVEL SECURITY;
CREATE POLICY approvals_of_organization ON approvals USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE attestations ENABLE ROW LEVEL SECURITY;
CREATE POLICY attestations_of_organization ON attestations USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE commitments ENABLE ROW LEVEL SECURITY;
CREATE POLICY commitments_of_organization ON commitments USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE credential_uses ENABLE ROW LEVEL SECURITY;
CREATE POLICY credential_uses_of_organization ON credential_uses USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE decision_rights ENABLE ROW LEVEL SECURITY;
CREATE POLICY decision_rights_of_organization ON decision_rights USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE decisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY decisions_of_organization ON decisions USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE delegations ENABLE ROW LEVEL SECURITY;
CREATE POLICY delegations_of_organization ON delegations USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE deny_records ENABLE ROW LEVEL SECURITY;
CREATE POLICY deny_records_of_organization ON deny_records USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE drafts ENABLE ROW LEVEL SECURITY;
CREATE POLICY drafts_of_organization ON drafts USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE escalations ENABLE ROW LEVEL SECURITY;
CREATE POLICY escalations_of_organization ON escalations USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE evaluation_parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY evaluation_parts_of_organization ON evaluation_parts USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE evaluation_trials ENABLE ROW LEVEL SECURITY;
CREATE POLICY evaluation_trials_of_organization ON evaluation_trials USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE evaluations ENABLE ROW LEVEL SECURITY;
CREATE POLICY evaluations_of_organization ON evaluations USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE evidence ENABLE ROW LEVEL SECURITY;
CREATE POLICY evidence_of_organization ON evidence USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE exceptions ENABLE ROW LEVEL SECURITY;
CREATE POLICY exceptions_of_organization ON exceptions USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE findings ENABLE ROW LEVEL SECURITY;
CREATE POLICY findings_of_organization ON findings USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_of_organization ON idempotency_keys USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE incidents ENABLE ROW LEVEL SECURITY;
CREATE POLICY incidents_of_organization ON incidents USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE intake_requests ENABLE ROW LEVEL SECURITY;
CREATE POLICY intake_requests_of_organization ON intake_requests USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE learned_cases ENABLE ROW LEVEL SECURITY;
CREATE POLICY learned_cases_of_organization ON learned_cases USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE ledger_checkpoints ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledger_checkpoints_of_organization ON ledger_checkpoints USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE ledger_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledger_entries_of_organization ON ledger_entries USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE ledger_inbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledger_inbox_of_organization ON ledger_inbox USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE ledger_readers ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledger_readers_of_organization ON ledger_readers USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE ledger_sequencers ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledger_sequencers_of_organization ON ledger_sequencers USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE one_time_codes ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_time_codes_of_organization ON one_time_codes USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE policy_packs ENABLE ROW LEVEL SECURITY;
CREATE POLICY policy_packs_of_organization ON policy_packs USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE projection ENABLE ROW LEVEL SECURITY;
CREATE POLICY projection_of_organization ON projection USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE prompt_labels ENABLE ROW LEVEL SECURITY;
CREATE POLICY prompt_labels_of_organization ON prompt_labels USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE readiness ENABLE ROW LEVEL SECURITY;
CREATE POLICY readiness_of_organization ON readiness USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE record_counts ENABLE ROW LEVEL SECURITY;
CREATE POLICY record_counts_of_organization ON record_counts USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE record_deadlines ENABLE ROW LEVEL SECURITY;
CREATE POLICY record_deadlines_of_organization ON record_deadlines USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE record_excerpts ENABLE ROW LEVEL SECURITY;
CREATE POLICY record_excerpts_of_organization ON record_excerpts USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE releases ENABLE ROW LEVEL SECURITY;
CREATE POLICY releases_of_organization ON releases USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE risks ENABLE ROW LEVEL SECURITY;
CREATE POLICY risks_of_organization ON risks USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY sessions_of_organization ON sessions USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE shares ENABLE ROW LEVEL SECURITY;
CREATE POLICY shares_of_organization ON shares USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE threat_models ENABLE ROW LEVEL SECURITY;
CREATE POLICY threat_models_of_organization ON threat_models USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE tool_approvals ENABLE ROW LEVEL SECURITY;
CREATE POLICY tool_approvals_of_organization ON tool_approvals USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE vendors ENABLE ROW LEVEL SECURITY;
CREATE POLICY vendors_of_organization ON vendors USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE verdicts ENABLE ROW LEVEL SECURITY;
CREATE POLICY verdicts_of_organization ON verdicts USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY;
CREATE POLICY webhooks_of_organization ON webhooks USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
ALTER TABLE workload_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY workload_keys_of_organization ON workload_keys USING ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text))) WITH CHECK ((organization_id = NULLIF(current_setting('gatehouse.organization'::text, true), ''::text)));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE alerts TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE api_keys TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE approval_cases TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE approvals TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE attestations TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE commitments TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE credential_uses TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE decision_rights TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE decisions TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE delegations TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE deny_records TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE drafts TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE escalations TO gatehouse_app;
GRANT SELECT,INSERT,DELETE ON TABLE evaluation_parts TO gatehouse_app;
GRANT SELECT,INSERT,DELETE ON TABLE evaluation_trials TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE evaluations TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE evidence TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE exceptions TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE findings TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE idempotency_keys TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE incidents TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE intake_requests TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE learned_cases TO gatehouse_app;
GRANT SELECT,INSERT ON TABLE ledger_checkpoints TO gatehouse_app;
GRANT SELECT,INSERT ON TABLE ledger_entries TO gatehouse_app;
GRANT SELECT,INSERT,DELETE ON TABLE ledger_inbox TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger_readers TO gatehouse_app;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger_sequencers TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE one_time_codes TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE policy_packs TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE projection TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE prompt_labels TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE readiness TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE record_counts TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE record_deadlines TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE record_excerpts TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE releases TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE risks TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE sessions TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shares TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE threat_models TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE tool_approvals TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE vendors TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE verdicts TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE webhooks TO gatehouse_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE workload_keys TO gatehouse_app;
