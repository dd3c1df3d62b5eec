-- Alerts, each change of them, what people did about them, and the picture that was kept. Written by the alert engine;
-- a user may only add an action or a phase, in their own name and at the database's own time.

create table public.alerts (
  alert_id uuid primary key,
  venue_id text not null references public.venues (id) on delete cascade,
  sequence integer not null check (sequence >= 1),
  rule_id text not null,
  zone_id text,
  camera_id text,
  severity text not null check (severity in ('info', 'warning', 'danger', 'critical')),
  worst text not null check (worst in ('info', 'warning', 'danger', 'critical')),
  status text not null check (status in ('open', 'acknowledged', 'cleared', 'closed')),
  state text not null check (state in ('ok', 'stale', 'blind', 'uncalibrated')),
  raised_at timestamptz not null,
  ended_at timestamptz,
  message jsonb not null,
  unique (alert_id, venue_id),
  constraint ended_exactly_when_over check ((ended_at is not null) = (status in ('cleared', 'closed'))),
  constraint never_cleared_unseen check (status <> 'cleared' or state = 'ok')
);
comment on table public.alerts is 'Each alert as it stands now.';
comment on column public.alerts.message is 'The whole alert, with the readings behind it; see domain/alerts.py.';
create index alerts_by_time on public.alerts (venue_id, raised_at desc);
create index alerts_standing on public.alerts (venue_id) where ended_at is null;

create table public.alert_changes (
  change_id bigint generated always as identity unique,
  alert_id uuid not null,
  sequence integer not null check (sequence >= 1),
  venue_id text not null,
  change text not null,
  at timestamptz not null,
  message jsonb not null,
  published_at timestamptz,
  primary key (alert_id, sequence),
  foreign key (alert_id, venue_id) references public.alerts (alert_id, venue_id) on delete cascade
);
comment on table public.alert_changes is 'Every change of an alert, once; the alert as it stood right after it.';
comment on column public.alert_changes.published_at is 'When it was put on the Stream; null: it still has to be.';
create index alert_changes_by_venue on public.alert_changes (venue_id, change_id);
create index alert_changes_unpublished on public.alert_changes (venue_id, change_id) where published_at is null;

create table public.alert_pictures (
  alert_id uuid not null,
  sequence integer not null,
  venue_id text not null,
  camera_id text not null,
  captured_at timestamptz not null,
  jpeg bytea not null check (octet_length(jpeg) <= 2097152),
  primary key (alert_id, sequence),
  foreign key (alert_id, venue_id) references public.alerts (alert_id, venue_id) on delete cascade
);
comment on table public.alert_pictures is 'What the camera showed when an alert was raised or worsened, people blurred.';
create index alert_pictures_by_venue on public.alert_pictures (venue_id, captured_at);

create table public.alert_actions (
  action_id uuid primary key default gen_random_uuid(),
  alert_id uuid not null,
  venue_id text not null,
  action text not null check (action in ('acknowledge', 'note', 'close')),
  outcome text check (outcome in ('false_alarm', 'resolved')),
  note text check (length(note) between 1 and 2000),
  user_id uuid not null default auth.uid(),
  actor text not null default coalesce(auth.jwt() ->> 'email', 'someone without an address'),
  created_at timestamptz not null default now(),
  applied_at timestamptz,
  foreign key (alert_id, venue_id) references public.alerts (alert_id, venue_id) on delete cascade,
  constraint an_outcome_exactly_when_closing check ((action = 'close') = (outcome is not null)),
  constraint a_note_says_something check (action <> 'note' or note is not null)
);
comment on table public.alert_actions is 'Who did what about an alert, and when. Rows are only ever added.';
comment on column public.alert_actions.applied_at is 'When the alert engine had taken it in.';
create index alert_actions_by_alert on public.alert_actions (alert_id, created_at);
create index alert_actions_by_venue on public.alert_actions (venue_id, created_at);
create index alert_actions_waiting on public.alert_actions (venue_id, created_at) where applied_at is null;

create table public.event_phases (
  phase_id bigint generated always as identity primary key,
  venue_id text not null references public.venues (id) on delete cascade,
  phase text check (phase in ('doors', 'support', 'headline', 'egress')),
  user_id uuid not null default auth.uid(),
  actor text not null default coalesce(auth.jwt() ->> 'email', 'someone without an address'),
  created_at timestamptz not null default now(),
  applied_at timestamptz
);
comment on table public.event_phases is 'Who switched the phase of an event, and when; null: no event. Only ever added.';
create index event_phases_by_venue on public.event_phases (venue_id, phase_id desc);

create table public.alert_rules (
  venue_id text primary key references public.venues (id) on delete cascade,
  rules jsonb not null,
  updated_at timestamptz not null default now()
);
comment on table public.alert_rules is 'The thresholds that hold, by zone and phase, each with its source; for people to read.';

-- What the engine must remember. Not for anybody else.
create table private.alert_engines (
  venue_id text primary key references public.venues (id) on delete cascade,
  epoch bigint not null default 1,
  state jsonb,
  positions jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
comment on column private.alert_engines.epoch is 'Grows with each start; an engine of an older epoch can store nothing.';
alter table private.alert_engines enable row level security;
grant all on private.alert_engines to service_role;

alter table public.alerts enable row level security;
alter table public.alert_changes enable row level security;
alter table public.alert_pictures enable row level security;
alter table public.alert_actions enable row level security;
alter table public.event_phases enable row level security;
alter table public.alert_rules enable row level security;

revoke all on public.alerts, public.alert_changes, public.alert_pictures, public.alert_actions, public.event_phases,
  public.alert_rules from anon, authenticated;
grant select on public.alerts, public.alert_changes, public.alert_pictures, public.alert_actions, public.event_phases,
  public.alert_rules to authenticated;
-- By column: who it was and when it was are the database's to say.
grant insert (action_id, alert_id, venue_id, action, outcome, note) on public.alert_actions to authenticated;
grant insert (venue_id, phase) on public.event_phases to authenticated;
grant all on public.alerts, public.alert_changes, public.alert_pictures, public.alert_actions, public.event_phases,
  public.alert_rules to service_role;

create policy "members see their venues' alerts" on public.alerts
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "members see their venues' alert changes" on public.alert_changes
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "members see their venues' alert pictures" on public.alert_pictures
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "members see what was done in their venues" on public.alert_actions
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "members see their venues' phases" on public.event_phases
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "members see their venues' alert rules" on public.alert_rules
  for select to authenticated using (venue_id in (select private.my_venues()));

create policy "staff, security and admins act on alerts" on public.alert_actions
  for insert to authenticated
  with check (
    user_id = (select auth.uid()) and venue_id in (select private.my_venues_as(array['staff', 'security', 'admin']))
  );
create policy "staff, security, organisers and admins switch phases" on public.event_phases
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and venue_id in (select private.my_venues_as(array['staff', 'security', 'organiser', 'admin']))
  );
