-- Somebody fell, put their hands up or crouched down. Who it was is nowhere: no track, no landmarks, no picture.

-- Which tables are kept by day: one list, which a later migration replaces.
create function private.is_kept_by_day(parent text) returns boolean
language sql immutable set search_path = ''
as $$
  select parent in ('zone_readings', 'line_crossings', 'posture_events')
$$;
revoke all on function private.is_kept_by_day(text) from public;

create table public.posture_events (
  event_id uuid not null,
  phase text not null check (phase in ('started', 'ended')),
  captured_at timestamptz not null,
  venue_id text not null,
  camera_id text not null,
  zone_ids text[] not null default '{}',
  position_x double precision not null,
  position_y double precision not null,
  posture text not null check (posture in ('fallen', 'hands_up', 'crouching')),
  confidence double precision not null check (confidence >= 0 and confidence <= 1),
  since timestamptz not null,
  duration_s double precision not null check (duration_s >= 0 and duration_s < 'infinity'),
  end_reason text check (end_reason in ('recovered', 'track_ended', 'unseen')),
  state text not null check (state in ('ok', 'stale', 'blind', 'uncalibrated')),
  reason text,
  primary key (event_id, phase, captured_at),
  constraint a_reason_exactly_when_ended check ((phase = 'ended') = (end_reason is not null)),
  constraint seen_before_known check (since <= captured_at)
) partition by range (captured_at);
comment on table public.posture_events is 'A row when a posture has been held for its minimum duration, another when it is over.';
comment on column public.posture_events.captured_at is 'When it was known, by the frame that told.';
comment on column public.posture_events.position_x is 'The feet, pixels of the camera''s frame.';
comment on column public.posture_events.confidence is 'Mean score of the looks taken; not a measured probability.';
comment on column public.posture_events.since is 'When the posture was first seen.';
create index posture_events_by_time on public.posture_events (venue_id, captured_at);

create table partitions.posture_events_default partition of public.posture_events default;

alter table public.posture_events enable row level security;
alter table partitions.posture_events_default enable row level security;

revoke all on public.posture_events from anon, authenticated;
grant select on public.posture_events to authenticated;
grant all on public.posture_events to service_role;

create policy "members see their venues' posture events" on public.posture_events
  for select to authenticated using (venue_id in (select private.my_venues()));

create or replace function private.add_partition(parent text, day date) returns boolean
language plpgsql security definer set search_path = '' set lock_timeout = '5s'
as $$
declare
  part text := parent || '_' || to_char(day, 'YYYYMMDD');
  begins timestamptz := day::timestamp at time zone 'UTC';
  ends timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
  if not private.is_kept_by_day(parent) then
    raise exception 'table % is not kept by day', parent;
  end if;
  perform pg_advisory_xact_lock(hashtext('headroom.partitions'));
  if to_regclass(format('partitions.%I', part)) is not null then
    return false;
  end if;
  execute format('create table partitions.%I (like public.%I including all)', part, parent);
  execute format('alter table partitions.%I enable row level security', part);
  -- Rows of that day which came before its partition lie in the default one; attaching would refuse them there.
  execute format(
    'with moved as (delete from partitions.%I where captured_at >= %L and captured_at < %L returning *) '
    'insert into partitions.%I select * from moved',
    parent || '_default', begins, ends, part
  );
  execute format(
    'alter table public.%I attach partition partitions.%I for values from (%L) to (%L)', parent, part, begins, ends
  );
  return true;
end
$$;
create or replace function private.drop_partitions(parent text, older_than date) returns integer
language plpgsql security definer set search_path = '' set lock_timeout = '5s'
as $$
declare
  part text;
  dropped integer := 0;
begin
  if not private.is_kept_by_day(parent) then
    raise exception 'table % is not kept by day', parent;
  end if;
  perform pg_advisory_xact_lock(hashtext('headroom.partitions'));
  for part in
    select c.relname
    from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = format('public.%I', parent)::regclass
      and c.relname ~ ('^' || parent || '_[0-9]{8}$')
      and to_date(right(c.relname, 8), 'YYYYMMDD') < older_than
    order by 1
  loop
    execute format('drop table partitions.%I', part);
    dropped := dropped + 1;
  end loop;
  execute format(
    'delete from partitions.%I where captured_at < %L', parent || '_default', older_than::timestamp at time zone 'UTC'
  );
  return dropped;
end
$$;
