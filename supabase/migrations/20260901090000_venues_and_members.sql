-- Tenants and who belongs to them. Every later table is narrowed by what is defined here.

-- Functions that policies call. Not exposed by the API: `private` is in no list of exposed schemas.
create schema private;
revoke all on schema private from public;
grant usage on schema private to authenticated, service_role;

create table public.venues (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null check (length(name) between 1 and 80),
  capacity integer not null check (capacity > 0),
  timezone text not null default 'UTC',
  busy_at double precision not null default 0.8 check (busy_at > 0 and busy_at <= 1),
  full_at double precision not null default 0.95 check (full_at > 0 and full_at <= 1),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (busy_at <= full_at)
);
comment on column public.venues.capacity is 'Licensed capacity, people.';
comment on column public.venues.busy_at is 'Share of a capacity from which a zone is shown as busy.';
comment on column public.venues.full_at is 'Share of a capacity from which a zone is shown as full.';

create table public.venue_members (
  venue_id text not null references public.venues (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('viewer', 'staff', 'security', 'engineer', 'organiser', 'admin')),
  created_at timestamptz not null default now(),
  primary key (venue_id, user_id)
);
comment on table public.venue_members is 'Who may see a venue, and as what.';
-- The policies ask for a user's venues; the primary key answers for a venue's users only.
create index venue_members_user_id on public.venue_members (user_id);

-- Reads venue_members past its own policies, which call it: as the caller it would recurse.
create function private.my_venues() returns setof text
language sql stable security definer set search_path = ''
as $$
  select venue_id from public.venue_members where user_id = (select auth.uid())
$$;
comment on function private.my_venues() is 'The venues that the signed-in user belongs to, in any role.';

create function private.my_venues_as(roles text[]) returns setof text
language sql stable security definer set search_path = ''
as $$
  select venue_id from public.venue_members where user_id = (select auth.uid()) and role = any (roles)
$$;
comment on function private.my_venues_as(text[]) is 'The venues in which the signed-in user has one of these roles.';

revoke all on function private.my_venues(), private.my_venues_as(text[]) from public;
grant execute on function private.my_venues(), private.my_venues_as(text[]) to authenticated, service_role;

alter table public.venues enable row level security;
alter table public.venue_members enable row level security;

-- Nobody writes as a user: the venue file is the truth, and the setup writes it. Supabase grants everything by default.
revoke all on public.venues, public.venue_members from anon, authenticated;
grant select on public.venues, public.venue_members to authenticated;
grant all on public.venues, public.venue_members to service_role;

create policy "members see their venues" on public.venues
  for select to authenticated
  using (id in (select private.my_venues()));

create policy "members see themselves, admins see everyone in their venues" on public.venue_members
  for select to authenticated
  using (user_id = (select auth.uid()) or venue_id in (select private.my_venues_as(array['admin'])));
