-- What a venue is made of, as its file describes it. A part that vanished from the file is retired, never deleted:
-- its readings still belong to something that has a name.

create table public.cameras (
  venue_id text not null references public.venues (id) on delete cascade,
  id text not null check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null check (length(name) between 1 and 80),
  frame_width integer not null check (frame_width > 0),
  frame_height integer not null check (frame_height > 0),
  position integer not null default 0,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (venue_id, id)
);
comment on table public.cameras is 'Cameras. Where their frames come from is never stored here: it holds passwords.';
comment on column public.cameras.frame_width is 'Pixels of the picture that zones and lines are drawn on.';
comment on column public.cameras.position is 'Place in the venue file, for showing parts in its order.';

create table public.zones (
  venue_id text not null references public.venues (id) on delete cascade,
  id text not null check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  camera_id text not null,
  name text not null check (length(name) between 1 and 80),
  polygon jsonb not null check (jsonb_typeof(polygon) = 'array' and jsonb_array_length(polygon) >= 3),
  capacity integer check (capacity > 0),
  is_primary boolean not null default true,
  position integer not null default 0,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (venue_id, id),
  foreign key (venue_id, camera_id) references public.cameras (venue_id, id) on delete cascade
);
comment on column public.zones.polygon is 'Corners [[x, y], ...] in pixels of the camera''s frame.';
comment on column public.zones.capacity is 'People it may hold; null where no limit is set.';
comment on column public.zones.is_primary is 'Whether its people are summed into the venue''s occupancy.';
create index zones_camera on public.zones (venue_id, camera_id);

create table public.counting_lines (
  venue_id text not null references public.venues (id) on delete cascade,
  id text not null check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  camera_id text not null,
  name text not null check (length(name) between 1 and 80),
  start_x double precision not null,
  start_y double precision not null,
  end_x double precision not null,
  end_y double precision not null,
  position integer not null default 0,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (venue_id, id),
  foreign key (venue_id, camera_id) references public.cameras (venue_id, id) on delete cascade,
  check (start_x <> end_x or start_y <> end_y)
);
comment on table public.counting_lines is 'Directed lines; walking from start to end, "in" is to the right.';
create index counting_lines_camera on public.counting_lines (venue_id, camera_id);

alter table public.cameras enable row level security;
alter table public.zones enable row level security;
alter table public.counting_lines enable row level security;

revoke all on public.cameras, public.zones, public.counting_lines from anon, authenticated;
grant select on public.cameras, public.zones, public.counting_lines to authenticated;
grant all on public.cameras, public.zones, public.counting_lines to service_role;

create policy "members see their venues' cameras" on public.cameras
  for select to authenticated using (venue_id in (select private.my_venues()));

create policy "members see their venues' zones" on public.zones
  for select to authenticated using (venue_id in (select private.my_venues()));

create policy "members see their venues' lines" on public.counting_lines
  for select to authenticated using (venue_id in (select private.my_venues()));
