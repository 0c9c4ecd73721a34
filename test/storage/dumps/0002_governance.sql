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
    document jsonb NOT NULL
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
CREATE TABLE projection (
    organization_id text NOT NULL,
    entries bigint NOT NULL,
    CONSTRAINT projection_entries_check CHECK ((entries >= 0))
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
INSERT INTO kysely_migration VALUES ('0001_records', '2026-11-25T23:38:46.468Z');
INSERT INTO kysely_migration VALUES ('0002_governance', '2026-11-25T23:38:46.897Z');
INSERT INTO kysely_migration_lock VALUES ('migration_lock', 0);
INSERT INTO releases VALUES ('local', 'r-1', 'shop', NULL, 'registered', 'shop', 1, '{"a": 1}');
INSERT INTO releases VALUES ('local', 'r-2', 'shop', NULL, 'registered', 'shop', 2, '{}');
ALTER TABLE ONLY alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY approval_cases
    ADD CONSTRAINT approval_cases_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY decision_rights
    ADD CONSTRAINT decision_rights_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY delegations
    ADD CONSTRAINT delegations_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY deny_records
    ADD CONSTRAINT deny_records_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY evidence
    ADD CONSTRAINT evidence_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY exceptions
    ADD CONSTRAINT exceptions_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY findings
    ADD CONSTRAINT findings_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY incidents
    ADD CONSTRAINT incidents_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);
ALTER TABLE ONLY learned_cases
    ADD CONSTRAINT learned_cases_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY projection
    ADD CONSTRAINT projection_pkey PRIMARY KEY (organization_id);
ALTER TABLE ONLY readiness
    ADD CONSTRAINT readiness_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY releases
    ADD CONSTRAINT releases_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY risks
    ADD CONSTRAINT risks_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY threat_models
    ADD CONSTRAINT threat_models_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY vendors
    ADD CONSTRAINT vendors_pkey PRIMARY KEY (organization_id, id);
ALTER TABLE ONLY verdicts
    ADD CONSTRAINT verdicts_pkey PRIMARY KEY (organization_id, id);
CREATE INDEX alerts_by_release ON alerts USING btree (organization_id, release_digest, at);
CREATE INDEX alerts_by_time ON alerts USING btree (organization_id, at, id);
CREATE INDEX alerts_by_topic ON alerts USING btree (organization_id, system, topic, at);
CREATE INDEX approval_cases_by_release ON approval_cases USING btree (organization_id, release_digest, at);
CREATE INDEX approval_cases_by_time ON approval_cases USING btree (organization_id, at, id);
CREATE INDEX approval_cases_by_topic ON approval_cases USING btree (organization_id, system, topic, at);
CREATE INDEX approvals_by_release ON approvals USING btree (organization_id, release_digest, at);
CREATE INDEX approvals_by_time ON approvals USING btree (organization_id, at, id);
CREATE INDEX approvals_by_topic ON approvals USING btree (organization_id, system, topic, at);
CREATE INDEX decision_rights_by_release ON decision_rights USING btree (organization_id, release_digest, at);
CREATE INDEX decision_rights_by_time ON decision_rights USING btree (organization_id, at, id);
CREATE INDEX decision_rights_by_topic ON decision_rights USING btree (organization_id, system, topic, at);
CREATE INDEX decisions_by_release ON decisions USING btree (organization_id, release_digest, at);
CREATE INDEX decisions_by_time ON decisions USING btree (organization_id, at, id);
CREATE INDEX decisions_by_topic ON decisions USING btree (organization_id, system, topic, at);
CREATE INDEX delegations_by_release ON delegations USING btree (organization_id, release_digest, at);
CREATE INDEX delegations_by_time ON delegations USING btree (organization_id, at, id);
CREATE INDEX delegations_by_topic ON delegations USING btree (organization_id, system, topic, at);
CREATE INDEX deny_records_by_release ON deny_records USING btree (organization_id, release_digest, at);
CREATE INDEX deny_records_by_time ON deny_records USING btree (organization_id, at, id);
CREATE INDEX deny_records_by_topic ON deny_records USING btree (organization_id, system, topic, at);
CREATE INDEX evidence_by_release ON evidence USING btree (organization_id, release_digest, at);
CREATE INDEX evidence_by_time ON evidence USING btree (organization_id, at, id);
CREATE INDEX evidence_by_topic ON evidence USING btree (organization_id, system, topic, at);
CREATE INDEX exceptions_by_release ON exceptions USING btree (organization_id, release_digest, at);
CREATE INDEX exceptions_by_time ON exceptions USING btree (organization_id, at, id);
CREATE INDEX exceptions_by_topic ON exceptions USING btree (organization_id, system, topic, at);
CREATE INDEX findings_by_release ON findings USING btree (organization_id, release_digest, at);
CREATE INDEX findings_by_time ON findings USING btree (organization_id, at, id);
CREATE INDEX findings_by_topic ON findings USING btree (organization_id, system, topic, at);
CREATE INDEX incidents_by_release ON incidents USING btree (organization_id, release_digest, at);
CREATE INDEX incidents_by_time ON incidents USING btree (organization_id, at, id);
CREATE INDEX incidents_by_topic ON incidents USING btree (organization_id, system, topic, at);
CREATE INDEX learned_cases_by_release ON learned_cases USING btree (organization_id, release_digest, at);
CREATE INDEX learned_cases_by_time ON learned_cases USING btree (organization_id, at, id);
CREATE INDEX learned_cases_by_topic ON learned_cases USING btree (organization_id, system, topic, at);
CREATE INDEX readiness_by_release ON readiness USING btree (organization_id, release_digest, at);
CREATE INDEX readiness_by_time ON readiness USING btree (organization_id, at, id);
CREATE INDEX readiness_by_topic ON readiness USING btree (organization_id, system, topic, at);
CREATE INDEX releases_by_release ON releases USING btree (organization_id, release_digest, at);
CREATE INDEX releases_by_time ON releases USING btree (organization_id, at, id);
CREATE INDEX releases_by_topic ON releases USING btree (organization_id, system, topic, at);
CREATE INDEX risks_by_release ON risks USING btree (organization_id, release_digest, at);
CREATE INDEX risks_by_time ON risks USING btree (organization_id, at, id);
CREATE INDEX risks_by_topic ON risks USING btree (organization_id, system, topic, at);
CREATE INDEX threat_models_by_release ON threat_models USING btree (organization_id, release_digest, at);
CREATE INDEX threat_models_by_time ON threat_models USING btree (organization_id, at, id);
CREATE INDEX threat_models_by_topic ON threat_models USING btree (organization_id, system, topic, at);
CREATE INDEX vendors_by_release ON vendors USING btree (organization_id, release_digest, at);
CREATE INDEX vendors_by_time ON vendors USING btree (organization_id, at, id);
CREATE INDEX vendors_by_topic ON vendors USING btree (organization_id, system, topic, at);
CREATE INDEX verdicts_by_release ON verdicts USING btree (organization_id, release_digest, at);
CREATE INDEX verdicts_by_time ON verdicts USING btree (organization_id, at, id);
CREATE INDEX verdicts_by_topic ON verdicts USING btree (organization_id, system, topic, at);
