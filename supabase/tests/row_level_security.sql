-- Two tenants do not see each other. Plain TAP, so that it runs with `supabase test db` and without pgTAP.
begin;
select '1..4';

insert into auth.users (id, email, encrypted_password)
values
  ('00000000-0000-0000-0000-00000000000a', 'a@example.org', ''),
  ('00000000-0000-0000-0000-00000000000b', 'b@example.org', '');
insert into public.venues (id, name, capacity) values ('tap-a', 'A', 10), ('tap-b', 'B', 10);
insert into public.venue_members (venue_id, user_id, role)
values
  ('tap-a', '00000000-0000-0000-0000-00000000000a', 'viewer'),
  ('tap-b', '00000000-0000-0000-0000-00000000000b', 'admin');
insert into public.zone_readings (venue_id, zone_id, captured_at, state, camera_ids)
values ('tap-a', 'floor', now(), 'blind', array['c']), ('tap-b', 'floor', now(), 'blind', array['c']);

select
  case when bool_and(relrowsecurity) then 'ok 1' else 'not ok 1' end || ' - row-level security is on for every table'
from pg_class
where relkind in ('r', 'p') and relnamespace in ('public'::regnamespace, 'partitions'::regnamespace);

select set_config('role', 'authenticated', true) is null,
  set_config('request.jwt.claims', '{"sub": "00000000-0000-0000-0000-00000000000a"}', true) is null;

select case when array_agg(id) = array['tap-a'] then 'ok 2' else 'not ok 2' end || ' - a member sees their venue only'
from public.venues;

select case when array_agg(venue_id) = array['tap-a'] then 'ok 3' else 'not ok 3' end || ' - and its readings only'
from public.zone_readings;

select set_config('request.jwt.claims', '', true) is null, true;

select case when count(*) = 0 then 'ok 4' else 'not ok 4' end || ' - without claims there is nothing to see'
from public.venues;

rollback;
