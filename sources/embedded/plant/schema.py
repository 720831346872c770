"""The tables of the demo plant, with a comment on each table and column."""

DDL = """
create table plant.ci (
    ci_id text primary key,
    name_ko text not null,
    name_en text not null,
    aliases text[] not null default '{}',
    ci_class text not null,
    category text not null check (category in ('plant', 'it_asset')),
    parent_id text references plant.ci,
    status text not null
        check (status in
            ('running', 'standby', 'stopped', 'in_maintenance', 'degraded', 'in_alarm')),
    criticality text not null check (criticality in ('critical', 'high', 'medium', 'low')),
    zone text not null,
    owner text not null,
    vendor text,
    model text,
    version text,
    cores integer,
    memory_gb integer,
    ip text,
    rated_mw double precision,
    installed_on date not null
);
create table plant.ci_relation (
    from_ci text not null references plant.ci,
    relation text not null check (relation in ('composed_of', 'deployed_on', 'runs_on', 'uses',
        'protected_by', 'connected_to', 'depends_on')),
    to_ci text not null references plant.ci,
    primary key (from_ci, relation, to_ci)
);
create table plant.metric_definition (
    metric text primary key,
    unit text not null,
    name_ko text not null,
    name_en text not null,
    ci_classes text[] not null
);
create table plant.metric_sample (
    ci_id text not null,
    metric text not null,
    observed_at timestamptz not null,
    value double precision not null
);
create table plant.event (
    event_id bigint primary key,
    ci_id text not null references plant.ci,
    event_type text not null check (event_type in ('threshold_alarm', 'status_change',
        'deployment', 'health_check', 'security_alert')),
    severity text not null check (severity in ('critical', 'major', 'minor', 'warning', 'info')),
    alarm_code text not null,
    message text not null,
    occurred_at timestamptz not null,
    acknowledged boolean not null,
    acknowledged_at timestamptz,
    cleared boolean not null,
    cleared_at timestamptz
);
create table plant.maintenance (
    maintenance_id text primary key,
    ci_id text not null references plant.ci,
    maintenance_type text not null
        check (maintenance_type in ('preventive', 'corrective', 'inspection', 'overhaul')),
    started_at timestamptz not null,
    ended_at timestamptz,
    duration_hours double precision,
    cost_krw bigint not null,
    result text not null check (result in ('completed', 'follow_up_needed', 'in_progress')),
    summary text not null
);
create table plant.work_order (
    order_id text primary key,
    ci_id text not null references plant.ci,
    priority text not null check (priority in ('urgent', 'high', 'normal', 'low')),
    order_status text not null
        check (order_status in ('open', 'in_progress', 'done', 'cancelled')),
    title text not null,
    description text not null,
    requested_at timestamptz not null,
    completed_at timestamptz,
    team text not null
);
create table plant.seed_info (
    name text primary key,
    version integer not null,
    anchor timestamptz not null,
    scale text not null,
    loaded_at timestamptz not null default now()
);
"""

AFTER_SAMPLES = """
alter table plant.metric_sample add primary key (ci_id, metric, observed_at);
alter table plant.metric_sample add foreign key (metric) references plant.metric_definition;
alter table plant.metric_sample add foreign key (ci_id) references plant.ci;
create index metric_sample_metric_time on plant.metric_sample (metric, observed_at);
"""

INDEXES = """
create index ci_class on plant.ci (ci_class);
create index ci_parent on plant.ci (parent_id);
create index ci_relation_to on plant.ci_relation (to_ci, relation);
create index event_ci_time on plant.event (ci_id, occurred_at desc);
create index event_time on plant.event (occurred_at desc);
create index maintenance_ci_time on plant.maintenance (ci_id, started_at desc);
create index work_order_ci_time on plant.work_order (ci_id, requested_at desc);
"""

TABLE_COMMENTS = {
    "ci": "Configuration items: every machine, server, application and system",
    "ci_relation": "Directed relations between configuration items; cycles are possible",
    "metric_definition": "What is measured, in which unit, on which classes",
    "metric_sample": "Measured values, one row per item, metric and time",
    "event": "Alarms, status changes, deployments, health checks and security alerts",
    "maintenance": "Maintenance that was or is being done",
    "work_order": "Requested work and how far it is",
    "seed_info": "Which generated data is loaded",
}
_CI = "Configuration item it is about"
COLUMN_COMMENTS = {
    "ci.ci_id": "Tag of the item, for example GT-01 or SRV-014",
    "ci.name_ko": "Korean name",
    "ci.name_en": "English name",
    "ci.aliases": "Nicknames in both languages; some are shared by two items",
    "ci.ci_class": "Class: gas_turbine, pump, server, application ...",
    "ci.category": "plant for equipment, it_asset for information technology",
    "ci.parent_id": "Item it is a part of",
    "ci.status": "State at the anchor",
    "ci.criticality": "How much depends on it",
    "ci.zone": "Where it stands",
    "ci.owner": "Team that looks after it",
    "ci.vendor": "Manufacturer",
    "ci.model": "Model or product",
    "ci.version": "Firmware or software version",
    "ci.cores": "Processor cores",
    "ci.memory_gb": "Memory in GB",
    "ci.ip": "Management address",
    "ci.rated_mw": "Rated power in MW",
    "ci.installed_on": "Date of installation",
    "ci_relation.from_ci": "Item the relation starts from",
    "ci_relation.relation": "Kind of relation",
    "ci_relation.to_ci": "Item the relation points to",
    "metric_definition.metric": "Name of the metric",
    "metric_definition.unit": "Unit of its values",
    "metric_definition.name_ko": "Korean name",
    "metric_definition.name_en": "English name",
    "metric_definition.ci_classes": "Classes that have it",
    "metric_sample.ci_id": _CI,
    "metric_sample.metric": "Name of the metric",
    "metric_sample.observed_at": "When it was measured",
    "metric_sample.value": "Measured value, in the metric's unit",
    "event.event_id": "Number of the event, in time order",
    "event.ci_id": _CI,
    "event.event_type": "Kind of event",
    "event.severity": "How serious it is",
    "event.alarm_code": "Code of the alarm or event",
    "event.message": "Message, Korean / English",
    "event.occurred_at": "When it happened",
    "event.acknowledged": "Whether someone has acknowledged it",
    "event.acknowledged_at": "When it was acknowledged",
    "event.cleared": "Whether the condition is over",
    "event.cleared_at": "When the condition was over",
    "maintenance.maintenance_id": "Number of the job",
    "maintenance.ci_id": _CI,
    "maintenance.maintenance_type": "Kind of maintenance",
    "maintenance.started_at": "When it began",
    "maintenance.ended_at": "When it ended; empty while it goes on",
    "maintenance.duration_hours": "How long it took, in hours",
    "maintenance.cost_krw": "Cost in Korean won",
    "maintenance.result": "How it ended",
    "maintenance.summary": "What was done, Korean / English",
    "work_order.order_id": "Number of the order",
    "work_order.ci_id": _CI,
    "work_order.priority": "How urgent it is",
    "work_order.order_status": "How far it is",
    "work_order.title": "What is asked for, Korean / English",
    "work_order.description": "Details, Korean / English",
    "work_order.requested_at": "When it was requested",
    "work_order.completed_at": "When it was done; empty while it is not",
    "work_order.team": "Team that does it",
    "seed_info.name": "Name of the seed",
    "seed_info.version": "Version of the generator",
    "seed_info.anchor": "The moment the data ends",
    "seed_info.scale": "How fine the metrics are",
    "seed_info.loaded_at": "When it was loaded",
}


def comments() -> str:
    """One statement per comment; the texts are ours, and quotes in them are doubled."""
    tables = ((f"table plant.{name}", text) for name, text in TABLE_COMMENTS.items())
    columns = ((f"column plant.{name}", text) for name, text in COLUMN_COMMENTS.items())
    return "\n".join(
        "comment on {} is '{}';".format(what, text.replace("'", "''"))
        for what, text in (*tables, *columns)
    )
