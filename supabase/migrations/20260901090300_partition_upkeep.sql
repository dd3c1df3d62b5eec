-- Days are made ahead and dropped whole when they are too old. The recorder calls both.

create function private.add_partition(parent text, day date) returns boolean
language plpgsql security definer set search_path = '' set lock_timeout = '5s'
as $$
declare
  part text := parent || '_' || to_char(day, 'YYYYMMDD');
  begins timestamptz := day::timestamp at time zone 'UTC';
  ends timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
  if parent not in ('zone_readings', 'line_crossings') then
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
comment on function private.add_partition(text, date) is 'Make the partition of one UTC day; false where it exists.';

create function private.drop_partitions(parent text, older_than date) returns integer
language plpgsql security definer set search_path = '' set lock_timeout = '5s'
as $$
declare
  part text;
  dropped integer := 0;
begin
  if parent not in ('zone_readings', 'line_crossings') then
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
comment on function private.drop_partitions(text, date) is 'Drop the days before older_than (UTC); how many there were.';

revoke all on function private.add_partition(text, date), private.drop_partitions(text, date) from public;
grant execute on function private.add_partition(text, date), private.drop_partitions(text, date) to service_role;
