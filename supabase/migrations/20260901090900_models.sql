-- The models that a venue's workers run: versions, how well each counted, which is champion and which challenger, who
-- decided so and why, and what became of it in the workers. Files are elsewhere; a row pins their bytes.
-- A decision is a row of model_changes: whoever may add one decides, and what it changes follows by itself.

create table public.model_versions (
  venue_id text not null references public.venues (id) on delete cascade,
  name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  version integer not null check (version >= 1),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  location text not null check (length(location) between 1 and 1000),
  title text not null,
  licence text not null,
  run_id text,
  metrics jsonb not null default '{}' check (jsonb_typeof(metrics) = 'object'),
  card text not null default '' check (octet_length(card) <= 262144),
  registered_at timestamptz not null default now(),
  registered_by text not null,
  primary key (venue_id, name, version)
);
comment on table public.model_versions is 'Versions that this venue may run. A version never changes.';
comment on column public.model_versions.sha256 is 'Of its model.yaml, which holds the hashes of its other files.';
comment on column public.model_versions.location is 'Its folder, below the folder of registered models.';
comment on column public.model_versions.run_id is 'The run in MLflow that made it; null: it came from elsewhere.';

create table public.model_evaluations (
  evaluation_id bigint generated always as identity primary key,
  venue_id text not null references public.venues (id) on delete cascade,
  name text not null,
  version integer not null check (version >= 0),
  truth text not null check (length(truth) between 1 and 300),
  truth_sha256 text not null check (truth_sha256 ~ '^[0-9a-f]{64}$'),
  frames integer not null check (frames > 0),
  count_mae double precision not null check (count_mae >= 0 and count_mae < 'infinity'),
  metrics jsonb not null default '{}' check (jsonb_typeof(metrics) = 'object'),
  evaluated_at timestamptz not null default now(),
  evaluated_by text not null
);
comment on table public.model_evaluations is 'How well models counted pictures whose truth is known. Rows are only added.';
comment on column public.model_evaluations.version is '0: the model that is built in.';
comment on column public.model_evaluations.truth_sha256 is
  'Of footage, truth and region together: equal where two models were asked the same.';
comment on column public.model_evaluations.count_mae is 'Mean absolute error of the count, people a picture.';
create index model_evaluations_by_version on public.model_evaluations (venue_id, name, version, truth_sha256);

create table public.model_aliases (
  venue_id text primary key references public.venues (id) on delete cascade,
  revision bigint not null default 0,
  champion_name text,
  champion_version integer,
  champion_revision bigint not null default 0,
  allowed_disagreement double precision not null default 0.5
    check (allowed_disagreement > 0 and allowed_disagreement <= 1),
  before_name text,
  before_version integer,
  can_roll_back boolean not null default false,
  challenger_name text,
  challenger_version integer,
  shadow_share double precision not null default 0.1 check (shadow_share > 0 and shadow_share <= 1),
  updated_at timestamptz not null default clock_timestamp(),
  foreign key (venue_id, champion_name, champion_version) references public.model_versions (venue_id, name, version),
  foreign key (venue_id, before_name, before_version) references public.model_versions (venue_id, name, version),
  foreign key (venue_id, challenger_name, challenger_version)
    references public.model_versions (venue_id, name, version),
  check ((champion_name is null) = (champion_version is null)),
  check ((before_name is null) = (before_version is null)),
  check ((challenger_name is null) = (challenger_version is null)),
  constraint nobody_challenges_itself
    check ((champion_name, champion_version) is distinct from (challenger_name, challenger_version)
      or challenger_name is null)
);
comment on table public.model_aliases is 'What a venue''s workers are to run now.';
comment on column public.model_aliases.champion_name is 'What counts; null: the model that is built in.';
comment on column public.model_aliases.champion_revision is 'The decision that made it champion.';
comment on column public.model_aliases.before_name is 'The champion before, to which a rollback goes; null: built in.';

create table public.model_changes (
  change_id bigint generated always as identity primary key,
  venue_id text not null references public.venues (id) on delete cascade,
  change text not null check (change in ('promote', 'rollback', 'challenge', 'withdraw', 'rolled_back')),
  name text,
  version integer,
  shadow_share double precision check (shadow_share > 0 and shadow_share <= 1),
  allowed_disagreement double precision check (allowed_disagreement > 0 and allowed_disagreement <= 1),
  forced boolean not null default false,
  reason text not null check (length(reason) between 1 and 2000),
  was_name text,
  was_version integer,
  despite text,
  revision bigint not null default 0,
  user_id uuid default auth.uid(),
  actor text not null default coalesce(auth.jwt() ->> 'email', 'someone without an address'),
  created_at timestamptz not null default now(),
  check ((name is null) = (version is null)),
  constraint some_are_of_a_version check (name is not null or change not in ('promote', 'challenge', 'rolled_back'))
);
comment on table public.model_changes is 'Who decided what about models, when and why. Rows are only ever added.';
comment on column public.model_changes.change is
  'rolled_back: a worker went back by itself; the reason is what it found.';
comment on column public.model_changes.name is
  'What was promoted, made challenger, or gone back to (null: the built-in model); of rolled_back, what failed.';
comment on column public.model_changes.was_name is
  'What was champion before (null: the built-in model); of challenge and withdraw, challenger (null: none).';
comment on column public.model_changes.despite is 'What spoke against a promotion that was forced.';
create index model_changes_by_venue on public.model_changes (venue_id, change_id desc);

create table public.model_events (
  event_id uuid primary key,
  venue_id text not null references public.venues (id) on delete cascade,
  worker text not null,
  change text not null,
  model text not null,
  previous text,
  revision bigint not null,
  words text not null,
  at timestamptz not null
);
comment on table public.model_events is 'What became of models in the workers. Written by the recorder.';
create index model_events_by_venue on public.model_events (venue_id, at desc);

create table public.model_shadows (
  venue_id text not null references public.venues (id) on delete cascade,
  worker text not null,
  champion text not null,
  challenger text not null,
  since timestamptz not null,
  until timestamptz not null,
  report jsonb not null check (jsonb_typeof(report) = 'object'),
  primary key (venue_id, challenger, champion, worker, since)
);
comment on table public.model_shadows is
  'How challengers compared with champions on live frames: the newest report of each run beside. Written by the recorder.';

create function private.doors_open(venue text) returns text
language sql stable security definer set search_path = ''
as $$
  select phase from public.event_phases where venue_id = venue order by phase_id desc limit 1
$$;
comment on function private.doors_open(text) is 'The phase of the event that is on; null: the doors are closed.';

create function private.is_better(venue text, model text, number integer) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  sets integer;
  people integer;
  mine double precision;
  theirs double precision;
begin
  with champion as (
    select champion_name as name, champion_version as version from public.model_aliases where venue_id = venue
  ), newest as (
    select distinct on (name, version, truth_sha256) name, version, truth_sha256, frames, count_mae
    from public.model_evaluations where venue_id = venue and version > 0
    order by name, version, truth_sha256, evaluation_id desc
  ), built_in as (
    select distinct on (truth_sha256) truth_sha256, count_mae
    from public.model_evaluations where venue_id = venue and version = 0
    order by truth_sha256, evaluation_id desc
  ), standing as (
    select n.truth_sha256, n.count_mae from newest n join champion using (name, version)
    union all
    select b.truth_sha256, b.count_mae from built_in b
    where not exists (select from champion where champion.name is not null)
  )
  select count(*), sum(n.frames), sum(n.frames * n.count_mae) / sum(n.frames), sum(n.frames * s.count_mae) / sum(n.frames)
  into sets, people, mine, theirs
  from newest n join standing s using (truth_sha256) where n.name = model and n.version = number;
  if sets = 0 then
    return 'it and the champion were never evaluated on the same labelled pictures';
  end if;
  if mine >= theirs then
    return format(
      'its count MAE is %s, the champion''s %s, on %s labelled pictures that both were evaluated on; it must be lower',
      round(mine::numeric, 3), round(theirs::numeric, 3), people
    );
  end if;
  return null;
end
$$;
comment on function private.is_better(text, text, integer) is
  'What speaks against a version by its count MAE on labelled pictures, beside the champion''s; null: nothing.';

create function private.why_not_promote(venue text, model text, number integer) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  phase text := private.doors_open(venue);
  worse text := private.is_better(venue, model, number);
begin
  return nullif(concat_ws('; ',
    case when phase is not null then format('doors are open: the event is in its phase %s', phase) end, worse
  ), '');
end
$$;
comment on function private.why_not_promote(text, text, integer) is
  'What speaks against promoting a version now; null: nothing.';

create function private.decide_on_model() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  held public.model_aliases;
begin
  -- A policy is only asked after this function: what it would say of other venues must not be heard before.
  if (select auth.uid()) is not null
    and new.venue_id not in (select private.my_venues_as(array['engineer', 'admin'])) then
    raise insufficient_privilege using message = 'this role may not decide on models';
  end if;
  insert into public.model_aliases (venue_id) values (new.venue_id) on conflict do nothing;
  select * into held from public.model_aliases where venue_id = new.venue_id for update;
  if new.name is not null and not exists (
    select from public.model_versions v
    where v.venue_id = new.venue_id and v.name = new.name and v.version = new.version
  ) then
    raise foreign_key_violation using message = format('there is no version %s of model %s here', new.version, new.name);
  end if;
  new.was_name := held.champion_name;
  new.was_version := held.champion_version;
  new.revision := held.revision + 1;
  held.revision := new.revision;
  if new.change = 'promote' then
    if (new.name, new.version) is not distinct from (held.champion_name, held.champion_version) then
      raise check_violation using message = format('%s@%s is the champion already', new.name, new.version);
    end if;
    new.despite := private.why_not_promote(new.venue_id, new.name, new.version);
    if new.despite is not null and not new.forced then
      raise check_violation using message = new.despite;
    end if;
    held.before_name := held.champion_name;
    held.before_version := held.champion_version;
    held.can_roll_back := true;
    held.champion_name := new.name;
    held.champion_version := new.version;
    held.champion_revision := new.revision;
    held.allowed_disagreement := coalesce(new.allowed_disagreement, 0.5);
  elsif new.change in ('rollback', 'rolled_back') then
    if not held.can_roll_back then
      raise check_violation using message = 'no champion was before this one';
    end if;
    if new.change = 'rollback' then
      new.name := held.before_name;
      new.version := held.before_version;
    end if;
    held.champion_name := held.before_name;
    held.champion_version := held.before_version;
    held.champion_revision := new.revision;
    held.before_name := null;
    held.before_version := null;
    held.can_roll_back := false;
  elsif new.change = 'challenge' then
    if (new.name, new.version) is not distinct from (held.champion_name, held.champion_version) then
      raise check_violation using message = format('%s@%s is the champion', new.name, new.version);
    end if;
    new.was_name := held.challenger_name;
    new.was_version := held.challenger_version;
    held.challenger_name := new.name;
    held.challenger_version := new.version;
    held.shadow_share := coalesce(new.shadow_share, 0.1);
  else
    new.was_name := held.challenger_name;
    new.was_version := held.challenger_version;
    held.challenger_name := null;
    held.challenger_version := null;
  end if;
  if (held.challenger_name, held.challenger_version) is not distinct from (held.champion_name, held.champion_version) then
    held.challenger_name := null;
    held.challenger_version := null;
  end if;
  update public.model_aliases set
    revision = held.revision, champion_name = held.champion_name, champion_version = held.champion_version,
    champion_revision = held.champion_revision, allowed_disagreement = held.allowed_disagreement,
    before_name = held.before_name, before_version = held.before_version, can_roll_back = held.can_roll_back,
    challenger_name = held.challenger_name, challenger_version = held.challenger_version,
    shadow_share = held.shadow_share,
    -- Workers take the newest decision by this: never two at the same moment, nor one before the last.
    updated_at = greatest(clock_timestamp(), held.updated_at + interval '1 microsecond')
  where venue_id = new.venue_id;
  return new;
end
$$;
create trigger decide_on_model before insert on public.model_changes
  for each row execute function private.decide_on_model();

revoke all on function private.doors_open(text), private.is_better(text, text, integer),
  private.why_not_promote(text, text, integer), private.decide_on_model() from public;
grant execute on function private.doors_open(text), private.why_not_promote(text, text, integer)
  to service_role;

-- As the user, so that nobody learns of another venue's models by asking why not.
create function private.why_not_promote_mine(venue text, model text, number integer) returns text
language sql stable security definer set search_path = ''
as $$
  select case when venue in (select private.my_venues_as(array['engineer', 'admin']))
    then private.why_not_promote(venue, model, number) else 'this role may not promote' end
$$;
comment on function private.why_not_promote_mine(text, text, integer) is 'why_not_promote, as the signed-in user.';
revoke all on function private.why_not_promote_mine(text, text, integer) from public;
grant execute on function private.why_not_promote_mine(text, text, integer) to authenticated;

alter table public.model_versions enable row level security;
alter table public.model_evaluations enable row level security;
alter table public.model_aliases enable row level security;
alter table public.model_changes enable row level security;
alter table public.model_events enable row level security;
alter table public.model_shadows enable row level security;

revoke all on public.model_versions, public.model_evaluations, public.model_aliases, public.model_changes,
  public.model_events, public.model_shadows from anon, authenticated;
grant select on public.model_versions, public.model_evaluations, public.model_aliases, public.model_changes,
  public.model_events, public.model_shadows to authenticated;
-- By column: who it was, when it was and what follows are the database's to say.
grant insert (venue_id, change, name, version, shadow_share, allowed_disagreement, forced, reason)
  on public.model_changes to authenticated;
grant all on public.model_versions, public.model_evaluations, public.model_aliases, public.model_changes,
  public.model_events, public.model_shadows to service_role;

create policy "engineers and admins see their venues' models" on public.model_versions
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));
create policy "engineers and admins see how models counted" on public.model_evaluations
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));
create policy "engineers and admins see what is to run" on public.model_aliases
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));
create policy "engineers and admins see who decided" on public.model_changes
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));
create policy "engineers and admins see what became of models" on public.model_events
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));
create policy "engineers and admins see how models compare" on public.model_shadows
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));

create policy "engineers and admins decide, in their own name" on public.model_changes
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and change <> 'rolled_back'
    and venue_id in (select private.my_venues_as(array['engineer', 'admin']))
  );
