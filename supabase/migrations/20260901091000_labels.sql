-- Frames of live cameras that were kept to learn from, what people label in them, and the ledger of what became of
-- each. They show people, blurred or with their consent: only a venue's engineers and admins see them. Nobody writes
-- these tables as a user; the functions below do, and each writes who did it.

create table public.capture_policies (
  venue_id text primary key references public.venues (id) on delete cascade,
  capture text not null check (capture in ('off', 'blurred', 'consented')),
  consent_reference text check (length(consent_reference) between 3 and 200),
  retention_days integer not null check (retention_days between 1 and 365),
  updated_at timestamptz not null default now(),
  constraint consent_is_written check ((capture = 'consented') = (consent_reference is not null))
);
comment on table public.capture_policies is 'What each venue''s file allows to be kept of its live pictures.';

-- Without "on delete cascade": a venue whose pictures are still on a disk cannot vanish before they are purged.
create table public.captures (
  capture_id uuid primary key,
  venue_id text not null references public.venues (id),
  camera_id text not null,
  captured_at timestamptz not null,
  file text not null unique
    check (file ~ '^[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}/[0-9]{8}/[0-9a-f]{32}[.]jpg$'),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  width integer not null check (width between 1 and 65536),
  height integer not null check (height between 1 and 65536),
  size_bytes integer not null check (size_bytes > 0),
  policy text not null check (policy in ('blurred', 'consented')),
  consent_reference text,
  keep_until timestamptz not null,
  model text not null,
  count double precision not null check (count >= 0 and count < 'infinity'),
  count_low double precision not null check (count_low >= 0 and count_low < 'infinity'),
  count_high double precision not null check (count_high >= 0 and count_high < 'infinity'),
  uncertainty double precision not null check (uncertainty between 0 and 1),
  reasons text[] not null check (
    cardinality(reasons) > 0
    and reasons <@ array['low_margin', 'flicker', 'wide_interval', 'disagreement', 'alert_dismissed']
  ),
  prelabels jsonb not null check (jsonb_typeof(prelabels) = 'array'),
  state text not null default 'unlabelled'
    check (state in ('unlabelled', 'prelabelled', 'in_review', 'accepted', 'rejected')),
  revision integer not null default 1 check (revision >= 1),
  stored_at timestamptz not null default now(),
  changed_at timestamptz,
  unique (capture_id, venue_id),
  constraint kept_with_consent_exactly_by_its_policy check ((policy = 'consented') = (consent_reference is not null)),
  constraint its_file_is_of_its_camera check (starts_with(file, venue_id || '/' || camera_id || '/'))
);
comment on table public.captures is 'Each kept frame, until it is purged. The pictures are files in the data folder.';
comment on column public.captures.prelabels is 'What the model found, in pixels of the kept picture; see domain/captures.py.';
comment on column public.captures.uncertainty is 'How much there is to learn from it, 0 to 1: the order of the queue.';
comment on column public.captures.revision is 'Grows with each change of its labels: who changes an older one is told.';
create index captures_to_label on public.captures (venue_id, state, uncertainty desc);
create index captures_by_time on public.captures (venue_id, camera_id, captured_at);
create index captures_by_end on public.captures (keep_until);

create table public.labels (
  label_id bigint generated always as identity primary key,
  capture_id uuid not null,
  venue_id text not null,
  shape text not null check (shape in ('box', 'point')),
  name text not null check (name in ('person', 'head')),
  left_px double precision not null,
  top_px double precision not null,
  right_px double precision,
  bottom_px double precision,
  score double precision check (score between 0 and 1),
  source text not null check (source in ('model', 'person')),
  made_by uuid references auth.users (id) on delete set null,
  made_at timestamptz not null default now(),
  foreign key (capture_id, venue_id) references public.captures (capture_id, venue_id) on delete cascade,
  constraint a_box_has_corners check ((shape = 'box') = (right_px is not null and bottom_px is not null)),
  constraint a_box_has_an_inside check (shape = 'point' or (right_px > left_px and bottom_px > top_px)),
  constraint a_point_is_a_head check (shape = 'box' or (name = 'head' and right_px is null and bottom_px is null))
);
comment on table public.labels is 'The labels of each capture as they stand, in pixels of its picture.';
comment on column public.labels.left_px is 'Of a box its left side, of a point its x; top_px likewise.';
comment on column public.labels.made_by is 'Who said so; null: a model, or someone who is gone.';
create index labels_by_capture on public.labels (capture_id, label_id);
create index labels_by_venue on public.labels (venue_id);
create index labels_made_by on public.labels (made_by);

create table public.label_changes (
  change_id bigint generated always as identity primary key,
  capture_id uuid not null,
  venue_id text not null,
  revision integer not null,
  action text not null check (action in ('saved', 'imported', 'accepted', 'rejected')),
  note text check (length(note) between 1 and 2000),
  labels jsonb,
  user_id uuid not null,
  actor text not null,
  at timestamptz not null default now(),
  foreign key (capture_id, venue_id) references public.captures (capture_id, venue_id) on delete cascade
);
comment on table public.label_changes is 'Who changed which labels when. Only ever added.';
comment on column public.label_changes.labels is 'What they were from then on; null: left as they were.';
create index label_changes_by_capture on public.label_changes (capture_id, change_id);
create index label_changes_by_venue on public.label_changes (venue_id);

-- No foreign keys: it must outlive what it tells of.
create table public.purge_ledger (
  entry_id bigint generated always as identity primary key,
  event text not null check (event in ('kept', 'purged')),
  venue_id text not null,
  capture_id uuid not null,
  camera_id text not null,
  captured_at timestamptz not null,
  sha256 text not null,
  policy text not null,
  consent_reference text,
  keep_until timestamptz not null,
  why text check (why in ('retention', 'request')),
  note text check (length(note) between 1 and 2000),
  user_id uuid,
  actor text not null,
  at timestamptz not null default now(),
  constraint purged_for_a_reason check ((event = 'purged') = (why is not null)),
  unique (capture_id, event)
);
comment on table public.purge_ledger is
  'Every frame that was kept and every one that was deleted: by whose leave, when, why and by whom. Only ever added.';
comment on column public.purge_ledger.actor is 'Who it was: a worker, the retention, or a person''s address.';
create index purge_ledger_by_venue on public.purge_ledger (venue_id, entry_id desc);

create table public.capture_requests (
  request_id bigint generated always as identity primary key,
  venue_id text not null references public.venues (id) on delete cascade,
  camera_id text not null,
  moment timestamptz not null,
  around_s double precision not null default 30 check (around_s > 0 and around_s <= 600),
  reason text not null default 'alert_dismissed',
  alert_id uuid,
  actor text not null,
  at timestamptz not null default now(),
  unique (alert_id, camera_id, moment)
);
comment on table public.capture_requests is 'Moments whose frames people want labelled: of alerts they called false.';
create index capture_requests_by_moment on public.capture_requests (venue_id, camera_id, moment);

create function private.refuse_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception '% is only ever added to', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
comment on function private.refuse_change() is 'For tables that are a record: also their owner changes nothing by mistake.';
create trigger only_ever_added before update or delete on public.purge_ledger
  for each row execute function private.refuse_change();
create trigger never_emptied before truncate on public.purge_ledger
  for each statement execute function private.refuse_change();

create function private.capture_arrives() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (
    select from public.capture_requests r
    where r.venue_id = new.venue_id and r.camera_id = new.camera_id
      and new.captured_at between r.moment - make_interval(secs => r.around_s)
        and r.moment + make_interval(secs => r.around_s)
  ) then
    new.uncertainty := 1;
    if not 'alert_dismissed' = any (new.reasons) then
      new.reasons := array_prepend('alert_dismissed', new.reasons);
    end if;
  end if;
  if jsonb_array_length(new.prelabels) > 0 then
    new.state := 'prelabelled';
  end if;
  return new;
end
$$;
comment on function private.capture_arrives() is 'A capture of a moment that was asked about comes first in the queue.';
create trigger capture_arrives before insert on public.captures
  for each row execute function private.capture_arrives();

create function private.capture_is_kept() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.labels (capture_id, venue_id, shape, name, left_px, top_px, right_px, bottom_px, score, source)
  select new.capture_id, new.venue_id, p.shape, p.name, p."left", p.top, p."right", p.bottom, p.score, 'model'
  from jsonb_to_recordset(new.prelabels) as p (
    shape text, name text, "left" float8, top float8, "right" float8, bottom float8, score float8
  );
  insert into public.purge_ledger
    (event, venue_id, capture_id, camera_id, captured_at, sha256, policy, consent_reference, keep_until, actor)
  values ('kept', new.venue_id, new.capture_id, new.camera_id, new.captured_at, new.sha256, new.policy,
    new.consent_reference, new.keep_until, 'worker');
  return null;
end
$$;
comment on function private.capture_is_kept() is 'The model''s boxes become labels, and the ledger knows of the frame.';
create trigger capture_is_kept after insert on public.captures
  for each row execute function private.capture_is_kept();

create function private.may_label(venue text) returns boolean
language sql stable set search_path = ''
as $$
  select venue in (select private.my_venues_as(array['engineer', 'admin']))
$$;
comment on function private.may_label(text) is 'Whether the signed-in user may see and label captures there.';

create function private.actor() returns text
language sql stable set search_path = ''
as $$
  select coalesce((select auth.jwt() ->> 'email'), 'someone without an address')
$$;

create function private.save_labels(capture uuid, expected integer, what text, note text, changed jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  found public.captures;
begin
  select * into found from public.captures c where c.capture_id = capture for update;
  if found.capture_id is null or not private.may_label(found.venue_id) then
    raise exception 'no such capture' using errcode = 'no_data_found';
  end if;
  if found.revision <> expected then
    return null;
  end if;
  if changed is not null then
    delete from public.labels l where l.capture_id = capture;
    insert into public.labels
      (capture_id, venue_id, shape, name, left_px, top_px, right_px, bottom_px, score, source, made_by)
    select capture, found.venue_id, p.shape, p.name, coalesce(p."left", p.x), coalesce(p.top, p.y), p."right", p.bottom,
      p.score, p.source, case when p.source = 'person' then (select auth.uid()) end
    from jsonb_to_recordset(changed) as p (
      shape text, name text, "left" float8, top float8, "right" float8, bottom float8, x float8, y float8,
      score float8, source text
    );
  end if;
  update public.captures c
  set revision = expected + 1, changed_at = now(),
    state = case what when 'accepted' then 'accepted' when 'rejected' then 'rejected' else 'in_review' end
  where c.capture_id = capture;
  insert into public.label_changes (capture_id, venue_id, revision, action, note, labels, user_id, actor)
  values (capture, found.venue_id, expected + 1, what, note, changed, (select auth.uid()), private.actor());
  return expected + 1;
end
$$;
comment on function private.save_labels(uuid, integer, text, text, jsonb) is
  'Changes a capture''s labels (null: leaves them) and state, in the user''s name; the new revision, or null where it is '
  'not the expected one any more.';

create function private.purge(captures uuid[], reason text, words text, by_whom uuid, named text) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  purged integer;
begin
  with gone as (
    delete from public.captures c where c.capture_id = any (captures) returning *
  )
  insert into public.purge_ledger (event, venue_id, capture_id, camera_id, captured_at, sha256, policy,
    consent_reference, keep_until, why, note, user_id, actor)
  select 'purged', g.venue_id, g.capture_id, g.camera_id, g.captured_at, g.sha256, g.policy, g.consent_reference,
    g.keep_until, reason, words, by_whom, named
  from gone g;
  get diagnostics purged = row_count;
  return purged;
end
$$;
comment on function private.purge(uuid[], text, text, uuid, text) is 'Deletes captures and writes the ledger, or neither.';

create function private.purge_as_user(captures uuid[], words text) returns integer
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (
    select from public.captures c where c.capture_id = any (captures) and not private.may_label(c.venue_id)
  ) then
    raise exception 'no such capture' using errcode = 'no_data_found';
  end if;
  return private.purge(captures, 'request', words, (select auth.uid()), private.actor());
end
$$;
comment on function private.purge_as_user(uuid[], text) is 'Deletes captures on request, in the user''s name.';

create function private.alert_was_false() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.action <> 'close' or new.outcome is distinct from 'false_alarm' then
    return null;
  end if;
  -- What people saw when they called it false: its pictures; without one, the camera of the alert or of its zone then.
  insert into public.capture_requests (venue_id, camera_id, moment, alert_id, actor)
  select p.venue_id, p.camera_id, p.captured_at, p.alert_id, new.actor
  from public.alert_pictures p where p.alert_id = new.alert_id
  union
  select a.venue_id, coalesce(a.camera_id, z.camera_id), a.raised_at, a.alert_id, new.actor
  from public.alerts a
  left join public.zones z on z.venue_id = a.venue_id and z.id = a.zone_id
  where a.alert_id = new.alert_id and coalesce(a.camera_id, z.camera_id) is not null
    and not exists (select from public.alert_pictures p where p.alert_id = new.alert_id)
  on conflict do nothing;
  update public.captures c
  set uncertainty = 1,
    reasons = case when 'alert_dismissed' = any (c.reasons) then c.reasons
      else array_prepend('alert_dismissed', c.reasons) end
  from public.capture_requests r
  where r.alert_id = new.alert_id and c.venue_id = r.venue_id and c.camera_id = r.camera_id
    and c.captured_at between r.moment - make_interval(secs => r.around_s)
      and r.moment + make_interval(secs => r.around_s);
  return null;
end
$$;
comment on function private.alert_was_false() is 'The frames around an alert that people call false come first in the queue.';
create trigger alert_was_false after insert on public.alert_actions
  for each row execute function private.alert_was_false();

revoke all on function private.refuse_change(), private.capture_arrives(), private.capture_is_kept(),
  private.alert_was_false(), private.may_label(text), private.actor(),
  private.save_labels(uuid, integer, text, text, jsonb), private.purge(uuid[], text, text, uuid, text),
  private.purge_as_user(uuid[], text) from public;
grant execute on function private.may_label(text), private.actor(),
  private.save_labels(uuid, integer, text, text, jsonb), private.purge_as_user(uuid[], text) to authenticated;
grant execute on function private.may_label(text), private.purge(uuid[], text, text, uuid, text) to service_role;

alter table public.capture_policies enable row level security;
alter table public.captures enable row level security;
alter table public.labels enable row level security;
alter table public.label_changes enable row level security;
alter table public.purge_ledger enable row level security;
alter table public.capture_requests enable row level security;

revoke all on public.capture_policies, public.captures, public.labels, public.label_changes, public.purge_ledger,
  public.capture_requests from anon, authenticated, service_role;
grant select on public.capture_policies, public.captures, public.labels, public.label_changes, public.purge_ledger,
  public.capture_requests to authenticated, service_role;
-- Not more than it needs: the ledger is written by what it tells of, and changed by nobody.
grant insert, update on public.capture_policies to service_role;
grant insert on public.captures to service_role;

create policy "members see what their venues allow" on public.capture_policies
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "engineers and admins see captures" on public.captures
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));
create policy "engineers and admins see labels" on public.labels
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));
create policy "engineers and admins see label changes" on public.label_changes
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));
create policy "engineers and admins see the ledger" on public.purge_ledger
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));
create policy "engineers and admins see what was asked for" on public.capture_requests
  for select to authenticated using (venue_id in (select private.my_venues_as(array['engineer', 'admin'])));
