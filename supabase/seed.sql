-- A small venue for `supabase start`, with ten minutes of readings. Five minutes ago its camera was blind for a minute:
-- those rows have no count, because unknown is never zero. To see it, sign up a user and grant them a place:
--   insert into public.venue_members (venue_id, user_id, role) select 'seed-hall', id, 'admin' from auth.users;

insert into public.venues (id, name, capacity, timezone) values ('seed-hall', 'Seed Hall', 120, 'Europe/London');

insert into public.cameras (venue_id, id, name, frame_width, frame_height)
values ('seed-hall', 'north', 'North wall', 768, 576);

insert into public.zones (venue_id, id, camera_id, name, polygon, capacity)
values ('seed-hall', 'floor', 'north', 'Floor', '[[0, 100], [768, 100], [768, 576], [0, 576]]', 120);

insert into public.counting_lines (venue_id, id, camera_id, name, start_x, start_y, end_x, end_y)
values ('seed-hall', 'door', 'north', 'Door', 100, 300, 400, 300);

insert into public.zone_readings (venue_id, zone_id, captured_at, state, reason, camera_ids, count, peak, frames)
select
  'seed-hall',
  'floor',
  date_trunc('second', now()) - make_interval(secs => ago),
  case when blind then 'blind' else 'ok' end,
  case when blind then 'no frames' end,
  array['north'],
  case when not blind then round((40 + 20 * sin(ago / 60.0))::numeric, 1) end,
  case when not blind then ceil(41 + 20 * sin(ago / 60.0)) end,
  case when blind then 0 else 10 end
from (select ago, ago between 240 and 299 as blind from generate_series(1, 600) as ago) as seconds;

insert into public.line_crossings (crossing_id, captured_at, venue_id, line_id, camera_id, direction, state)
select
  gen_random_uuid(),
  now() - make_interval(secs => ago),
  'seed-hall',
  'door',
  'north',
  case when ago % 3 = 0 then 'out' else 'in' end,
  'ok'
from generate_series(7, 230, 7) as ago;
