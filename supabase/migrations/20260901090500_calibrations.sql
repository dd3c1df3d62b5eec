-- Where each camera looks, as it was said and by whom. A new calibration is a new row: readings made by an old one
-- keep what explains them.

create table public.camera_calibrations (
  venue_id text not null,
  camera_id text not null,
  id bigint generated always as identity,
  made_at timestamptz not null default now(),
  made_by uuid references auth.users (id) on delete set null,
  note text not null default '' check (length(note) <= 500),
  calibration jsonb not null
    check (jsonb_typeof(calibration) = 'object' and calibration ->> 'kind' in ('points', 'camera', 'tsai', 'heights')),
  primary key (venue_id, camera_id, id),
  foreign key (venue_id, camera_id) references public.cameras (venue_id, id) on delete cascade
);
comment on table public.camera_calibrations is 'Every calibration of a camera; the one with the highest id holds.';
comment on column public.camera_calibrations.made_by is 'Who saved it; null: the venue file, or someone who is gone.';
comment on column public.camera_calibrations.calibration is 'As domain/calibration.py checks it; metres and pixels.';
create index camera_calibrations_made_by on public.camera_calibrations (made_by);

alter table public.camera_calibrations enable row level security;

revoke all on public.camera_calibrations from anon, authenticated;
grant select on public.camera_calibrations to authenticated;
-- When and under which number is the database's to say.
grant insert (venue_id, camera_id, made_by, note, calibration) on public.camera_calibrations to authenticated;
grant all on public.camera_calibrations to service_role;

create policy "members see their venues' calibrations" on public.camera_calibrations
  for select to authenticated using (venue_id in (select private.my_venues()));

create policy "admins and engineers calibrate, in their own name" on public.camera_calibrations
  for insert to authenticated
  with check (
    venue_id in (select private.my_venues_as(array['admin', 'engineer'])) and made_by = (select auth.uid())
  );
