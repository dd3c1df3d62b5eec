-- What was counted, once each, partitioned by UTC day. Unknown is never zero, and the table itself says so.

-- Partitions live apart: reached through their parent only, which carries the policies.
create schema partitions;
revoke all on schema partitions from public;

-- No foreign keys to zones and lines: a reading that comes before its venue file was installed must not be lost, and a
-- check for each row would double the cost of storing them.
create table public.zone_readings (
  venue_id text not null,
  zone_id text not null,
  captured_at timestamptz not null,
  state text not null check (state in ('ok', 'stale', 'blind', 'uncalibrated')),
  reason text,
  camera_ids text[] not null check (cardinality(camera_ids) > 0),
  count double precision check (count >= 0 and count < 'infinity'),
  peak integer check (peak >= 0),
  count_low double precision check (count_low >= 0 and count_low < 'infinity'),
  count_high double precision check (count_high >= 0 and count_high < 'infinity'),
  frames integer not null default 0 check (frames >= 0),
  method text,
  model text,
  epoch integer not null default 0 check (epoch >= 0),
  primary key (venue_id, zone_id, captured_at),
  constraint known_exactly_when_ok check (
    (count is not null) = (state = 'ok')
    and (peak is not null) = (state = 'ok')
    and (state = 'ok' or (count_low is null and count_high is null))
  )
) partition by range (captured_at);
comment on table public.zone_readings is 'People in a zone, one row a second; captured_at is the start of that second.';
comment on column public.zone_readings.count is 'People, averaged over the second; null when unknown.';
comment on column public.zone_readings.peak is 'Highest count of one frame in the second.';
comment on column public.zone_readings.count_low is 'Lower end of the 90 % interval.';
comment on column public.zone_readings.epoch is 'Grows each time another worker takes over the camera.';

create table public.line_crossings (
  crossing_id uuid not null,
  captured_at timestamptz not null,
  venue_id text not null,
  line_id text not null,
  camera_id text not null,
  direction text not null check (direction in ('in', 'out')),
  state text not null check (state in ('ok', 'stale', 'blind', 'uncalibrated')),
  reason text,
  primary key (crossing_id, captured_at)
) partition by range (captured_at);
comment on table public.line_crossings is 'One row a person who passed a counting line.';
create index line_crossings_by_line on public.line_crossings (venue_id, line_id, captured_at);

-- A clock that is wrong, or a day that nobody prepared, must not stop the recorder.
create table partitions.zone_readings_default partition of public.zone_readings default;
create table partitions.line_crossings_default partition of public.line_crossings default;

alter table public.zone_readings enable row level security;
alter table public.line_crossings enable row level security;
alter table partitions.zone_readings_default enable row level security;
alter table partitions.line_crossings_default enable row level security;

revoke all on public.zone_readings, public.line_crossings from anon, authenticated;
grant select on public.zone_readings, public.line_crossings to authenticated;
grant all on public.zone_readings, public.line_crossings to service_role;

create policy "members see their venues' readings" on public.zone_readings
  for select to authenticated using (venue_id in (select private.my_venues()));

create policy "members see their venues' crossings" on public.line_crossings
  for select to authenticated using (venue_id in (select private.my_venues()));
