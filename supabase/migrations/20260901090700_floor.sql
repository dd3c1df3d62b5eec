-- What is said in metres: the floor plan with its zones, the gates, the people inside, and the tickets scanned.

create or replace function private.is_kept_by_day(parent text) returns boolean
language sql immutable set search_path = ''
as $$
  select parent in ('zone_readings', 'line_crossings', 'posture_events', 'occupancy_readings', 'scans')
$$;

-- Null: nothing is known in metres, which is not a density of zero.
alter table public.zone_readings add column floor jsonb;
alter table public.zone_readings add constraint figures_only_when_ok
  check (floor is null or (state = 'ok' and jsonb_typeof(floor) = 'object'));
comment on column public.zone_readings.floor is
  'The second in metres, figures that are known only; see FloorFigures in domain/messages.py. Null: nothing is known.';

create table public.floor_plans (
  venue_id text primary key references public.venues (id) on delete cascade,
  outline jsonb check (jsonb_typeof(outline) = 'array' and jsonb_array_length(outline) >= 3),
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
comment on table public.floor_plans is 'A venue''s floor, in metres: x and y as its drawing has them.';
comment on column public.floor_plans.outline is
  'Corners [[x, y], ...] in metres of where people can be; null: wherever a camera sees.';

alter table public.zones alter column camera_id drop not null;
alter table public.zones
  add column on_plan boolean not null default false,
  add column is_queue boolean not null default false,
  add column front_x double precision,
  add column front_y double precision,
  add constraint a_camera_exactly_in_a_picture check (on_plan = (camera_id is null)),
  add constraint queues_on_the_plan_only check (on_plan or not is_queue),
  add constraint a_front_is_a_place_of_a_queue
    check ((front_x is null) = (front_y is null) and (front_x is null or is_queue)),
  -- Cameras' zones are summed; a zone of the plan shows the same people again.
  add constraint the_plan_is_not_summed check (not (on_plan and is_primary));
comment on column public.zones.camera_id is 'The camera whose picture it is drawn on; null where it lies on the plan.';
comment on column public.zones.polygon is
  'Corners [[x, y], ...]: in metres of the floor plan where on_plan, otherwise in pixels of the camera''s frame.';
comment on column public.zones.on_plan is 'Whether it lies on the floor plan, whichever cameras see it.';
comment on column public.zones.is_queue is 'People wait here: its length, wait and service rate are told.';
comment on column public.zones.front_x is 'Where the queue is served, metres; null: not known.';

create table public.gates (
  venue_id text not null references public.venues (id) on delete cascade,
  id text not null check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null check (length(name) between 1 and 80),
  lines text[] not null default '{}',
  scans_in boolean not null default false,
  scans_out boolean not null default false,
  position integer not null default 0,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (venue_id, id)
);
comment on table public.gates is 'Every way in and out, also those that nothing watches.';
comment on column public.gates.lines is 'Counting lines across it; "in" is into the venue.';
comment on column public.gates.scans_in is 'Whether everybody who comes in is scanned.';

create table public.occupancy_readings (
  venue_id text not null,
  section_id text not null default '',
  captured_at timestamptz not null,
  state text not null check (state in ('ok', 'stale', 'blind', 'uncalibrated')),
  reason text,
  count double precision check (count >= 0 and count < 'infinity'),
  count_low double precision check (count_low >= 0 and count_low < 'infinity'),
  count_high double precision check (count_high >= 0 and count_high < 'infinity'),
  capacity integer check (capacity > 0),
  over_capacity boolean not null default false,
  drift_per_hour double precision check (drift_per_hour > '-infinity' and drift_per_hour < 'infinity'),
  seen_share double precision check (seen_share >= 0 and seen_share <= 1),
  primary key (venue_id, section_id, captured_at),
  constraint known_exactly_when_ok check (
    (count is not null) = (state = 'ok')
    and (count_low is not null) = (state = 'ok')
    and (count_high is not null) = (state = 'ok')
  )
) partition by range (captured_at);
comment on table public.occupancy_readings is
  'People inside by counts, crossings and scans together, one row a second; captured_at is the start of that second.';
comment on column public.occupancy_readings.section_id is 'A part of the venue; empty: all of it.';
comment on column public.occupancy_readings.count is 'The estimate, never cut to the capacity; null when unknown.';
comment on column public.occupancy_readings.count_low is 'Lower end of the 90 % interval.';
comment on column public.occupancy_readings.drift_per_hour is
  'What the line counts are estimated to miss, people an hour; positive: they undercount.';
comment on column public.occupancy_readings.seen_share is 'Share of the floor that cameras saw.';

create table public.scans (
  venue_id text not null,
  scan_id text not null check (length(scan_id) between 1 and 120),
  captured_at timestamptz not null,
  gate_id text not null,
  direction text not null check (direction in ('in', 'out')),
  people integer not null check (people between 1 and 50),
  state text not null check (state in ('ok', 'stale', 'blind', 'uncalibrated')),
  reason text,
  primary key (venue_id, scan_id, captured_at)
) partition by range (captured_at);
comment on table public.scans is 'Tickets scanned at gates, each once; see private.scan_keys.';
comment on column public.scans.scan_id is 'The scanner''s own key of the scan.';
create index scans_by_time on public.scans (venue_id, captured_at);

-- A key must be unique by itself, and a table that is kept by day cannot say so across days.
create table private.scan_keys (
  venue_id text not null,
  scan_id text not null,
  captured_at timestamptz not null,
  primary key (venue_id, scan_id)
);
comment on table private.scan_keys is 'Which scans are stored, kept as long as they are; a row goes in with its scan.';
create index scan_keys_by_time on private.scan_keys (captured_at);
grant all on private.scan_keys to service_role;

create table partitions.occupancy_readings_default partition of public.occupancy_readings default;
create table partitions.scans_default partition of public.scans default;

-- Nobody writes a scan as a user: the API puts it on the bus, where the estimate hears it before it is stored. This is
-- the rule that it asks. A gate device uses a staff account.
create function private.may_tell_scans(venue text) returns boolean
language sql stable set search_path = ''
as $$
  select venue in (select private.my_venues_as(array['staff', 'security', 'admin']))
$$;
comment on function private.may_tell_scans(text) is 'Whether the signed-in user may tell of scanned tickets there.';
revoke all on function private.may_tell_scans(text) from public;
grant execute on function private.may_tell_scans(text) to authenticated, service_role;

alter table public.floor_plans enable row level security;
alter table public.gates enable row level security;
alter table public.occupancy_readings enable row level security;
alter table public.scans enable row level security;
alter table private.scan_keys enable row level security;
alter table partitions.occupancy_readings_default enable row level security;
alter table partitions.scans_default enable row level security;

revoke all on public.floor_plans, public.gates, public.occupancy_readings, public.scans from anon, authenticated;
grant select on public.floor_plans, public.gates, public.occupancy_readings, public.scans to authenticated;
grant all on public.floor_plans, public.gates, public.occupancy_readings, public.scans to service_role;

create policy "members see their venues' floor plans" on public.floor_plans
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "members see their venues' gates" on public.gates
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "members see their venues' occupancy" on public.occupancy_readings
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "members see their venues' scans" on public.scans
  for select to authenticated using (venue_id in (select private.my_venues()));
