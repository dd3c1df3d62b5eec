-- Finite jobs: asked for by people, done by workers that hold a lease on the row. The row is the truth. What the broker
-- carries is a hint that there is one, and a hint told twice, late or never changes nothing.

create table public.jobs (
  job_id uuid primary key default gen_random_uuid(),
  venue_id text not null references public.venues (id) on delete cascade,
  kind text not null check (kind in ('analyse', 'evaluate', 'export', 'train')),
  parameters jsonb not null default '{}'
    check (jsonb_typeof(parameters) = 'object' and octet_length(parameters::text) <= 16384),
  wish text not null default 'any' check (wish in ('any', 'cpu', 'gpu')),
  limit_s integer not null check (limit_s between 1 and 604800),
  idempotency_key text check (length(idempotency_key) between 1 and 120),
  created_by uuid default auth.uid(),
  actor text not null default coalesce(auth.jwt() ->> 'email', 'someone without an address'),
  created_at timestamptz not null default now(),
  state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  queue text check (queue in ('cpu', 'gpu')),
  sent_at timestamptz,
  attempt integer not null default 0 check (attempt >= 0),
  lost integer not null default 0 check (lost >= 0),
  worker text,
  lease_until timestamptz,
  heartbeat_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  cancel_asked_at timestamptz,
  progress double precision check (progress between 0 and 1),
  words text check (length(words) <= 500),
  error text check (length(error) between 1 and 4000),
  artefacts jsonb not null default '[]' check (jsonb_typeof(artefacts) = 'array'),
  revision bigint not null default 1,
  updated_at timestamptz not null default now(),
  unique (job_id, venue_id),
  unique (venue_id, created_by, idempotency_key),
  constraint a_lease_exactly_while_running check ((lease_until is not null) = (state = 'running')),
  constraint running_is_somebodys check (state <> 'running' or (worker is not null and attempt > 0)),
  constraint ended_exactly_when_over
    check ((ended_at is not null) = (state in ('succeeded', 'failed', 'cancelled'))),
  constraint an_error_exactly_when_failed check ((error is not null) = (state = 'failed')),
  constraint artefacts_are_whole check (state = 'succeeded' or artefacts = '[]')
);
comment on table public.jobs is 'Finite jobs as they stand now. Who wins the update that begins an attempt does the job.';
comment on column public.jobs.wish is 'Which queue was asked for; any: chosen by kind and by the workers there are.';
comment on column public.jobs.limit_s is 'Seconds that one attempt may take.';
comment on column public.jobs.idempotency_key is 'The asker''s own key: asked again with the same one, it is one job.';
comment on column public.jobs.queue is 'Where it was last sent.';
comment on column public.jobs.sent_at is 'When a queued job was last told to the broker; null: it still has to be.';
comment on column public.jobs.attempt is
  'Grows with each start. Whoever holds an older attempt can change nothing any more.';
comment on column public.jobs.lost is 'Attempts whose worker was not heard for a whole lease.';
comment on column public.jobs.lease_until is 'Until then the attempt is its worker''s, unless it is renewed.';
comment on column public.jobs.progress is 'Share of the attempt that is done; null: not known, which is not 0.';
comment on column public.jobs.artefacts is
  'Whole files [{name, path, sha256, bytes}, ...]; a path is relative to the folder of jobs.';
comment on column public.jobs.revision is 'Grows with each change that people see.';
create index jobs_by_venue on public.jobs (venue_id, created_at desc, job_id);
create index jobs_to_do on public.jobs (created_at) where state in ('queued', 'running');

create table public.job_changes (
  change_id bigint generated always as identity primary key,
  job_id uuid not null,
  venue_id text not null,
  change text not null check (change in
    ('asked', 'started', 'lost', 'given_back', 'cancel_asked', 'succeeded', 'failed', 'cancelled')),
  attempt integer not null,
  actor text not null,
  at timestamptz not null default clock_timestamp(),
  note text,
  foreign key (job_id, venue_id) references public.jobs (job_id, venue_id) on delete cascade
);
comment on table public.job_changes is 'What happened to each job, by whom and when. Written by a trigger; only ever added.';
create index job_changes_by_job on public.job_changes (venue_id, job_id, change_id);

create function private.touch_job() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- A heartbeat alone is nothing that people see.
  if to_jsonb(new) - array['lease_until', 'heartbeat_at'] <> to_jsonb(old) - array['lease_until', 'heartbeat_at'] then
    new.revision := old.revision + 1;
    new.updated_at := now();
  end if;
  return new;
end
$$;
create trigger touch_job before update on public.jobs for each row execute function private.touch_job();

-- Past the policies: nobody may write the record, and whoever changes a job writes it.
create function private.note_job_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  person text := auth.jwt() ->> 'email';
  who text := coalesce(person, new.worker, 'headroom');
begin
  if tg_op = 'INSERT' then
    insert into public.job_changes (job_id, venue_id, change, attempt, actor)
    values (new.job_id, new.venue_id, 'asked', new.attempt, new.actor);
    return null;
  end if;
  if new.cancel_asked_at is distinct from old.cancel_asked_at then
    insert into public.job_changes (job_id, venue_id, change, attempt, actor)
    values (new.job_id, new.venue_id, 'cancel_asked', new.attempt, coalesce(person, 'headroom'));
  end if;
  if new.lost > old.lost then
    insert into public.job_changes (job_id, venue_id, change, attempt, actor, note)
    values (new.job_id, new.venue_id, 'lost', old.attempt, coalesce(old.worker, 'headroom'), 'its lease ran out');
  elsif old.state = 'running' and new.state = 'queued' then
    insert into public.job_changes (job_id, venue_id, change, attempt, actor)
    values (new.job_id, new.venue_id, 'given_back', old.attempt, who);
  end if;
  if new.attempt > old.attempt then
    insert into public.job_changes (job_id, venue_id, change, attempt, actor)
    values (new.job_id, new.venue_id, 'started', new.attempt, who);
  end if;
  if new.state <> old.state and new.state in ('succeeded', 'failed', 'cancelled') then
    insert into public.job_changes (job_id, venue_id, change, attempt, actor, note)
    values (new.job_id, new.venue_id, new.state, new.attempt, who, new.error);
  end if;
  return null;
end
$$;
create trigger note_job_change after insert or update on public.jobs
  for each row execute function private.note_job_change();

create function private.may_ask_for_job(venue text, kind text) returns boolean
language sql stable set search_path = ''
as $$
  select venue in (select private.my_venues_as(
    case kind
      when 'analyse' then array['staff', 'organiser', 'engineer', 'admin']
      else array['engineer', 'admin']
    end
  ))
$$;
comment on function private.may_ask_for_job(text, text) is
  'Whether the signed-in user may ask for such a job there, and cancel one.';

create function private.stop_job(venue text, job uuid) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  before text;
begin
  select state into before from public.jobs where venue_id = venue and job_id = job for update;
  if before = 'queued' then
    update public.jobs set state = 'cancelled', cancel_asked_at = now(), ended_at = now()
    where venue_id = venue and job_id = job;
  elsif before = 'running' then
    update public.jobs set cancel_asked_at = coalesce(cancel_asked_at, now()) where venue_id = venue and job_id = job;
  end if;
  return before;
end
$$;
comment on function private.stop_job(text, uuid) is
  'Cancel a queued job, ask the worker of a running one to stop; what it was before, null where there is none.';

create function private.cancel_job(venue text, job uuid) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  what text;
begin
  select kind into what from public.jobs
  where venue_id = venue and job_id = job and venue_id in (select private.my_venues());
  if what is null then
    return null;
  end if;
  if not private.may_ask_for_job(venue, what) then
    raise insufficient_privilege using message = 'this role may not cancel such a job';
  end if;
  return private.stop_job(venue, job);
end
$$;
comment on function private.cancel_job(text, uuid) is 'stop_job, as the signed-in user.';

revoke all on function private.touch_job(), private.note_job_change(), private.may_ask_for_job(text, text),
  private.stop_job(text, uuid), private.cancel_job(text, uuid) from public;
grant execute on function private.may_ask_for_job(text, text) to authenticated, service_role;
grant execute on function private.cancel_job(text, uuid) to authenticated;
grant execute on function private.stop_job(text, uuid) to service_role;

alter table public.jobs enable row level security;
alter table public.job_changes enable row level security;

revoke all on public.jobs, public.job_changes from anon, authenticated;
grant select on public.jobs, public.job_changes to authenticated;
-- By column: who it was, when it was and all that follows are not the asker's to say.
grant insert (job_id, venue_id, kind, parameters, wish, limit_s, idempotency_key) on public.jobs to authenticated;
grant all on public.jobs, public.job_changes to service_role;

create policy "members see their venues' jobs" on public.jobs
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "members see what happened to their venues' jobs" on public.job_changes
  for select to authenticated using (venue_id in (select private.my_venues()));
create policy "who may ask for such a job asks in their own name" on public.jobs
  for insert to authenticated
  with check (created_by = (select auth.uid()) and private.may_ask_for_job(venue_id, kind));
