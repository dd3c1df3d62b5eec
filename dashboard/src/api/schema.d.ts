/** Made by `npm run types` from the API's OpenAPI document. Do not edit. */

export interface paths {
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Me
         * @description Who is signed in, and where they belong.
         */
        get: operations["me_api_v1_me_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Venues
         * @description The venues that the user belongs to.
         */
        get: operations["list_venues_api_v1_venues_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Venue
         * @description One venue with its cameras, zones, lines, floor plan and gates.
         */
        get: operations["get_venue_api_v1_venues__venue_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Alerts
         * @description Alerts as they stand now, newest first.
         */
        get: operations["get_alerts_api_v1_venues__venue_id__alerts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/alerts/{alert_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Alert
         * @description One alert with the readings behind it and all that happened to it.
         */
        get: operations["get_alert_api_v1_venues__venue_id__alerts__alert_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/alerts/{alert_id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge
         * @description Take an alert over: it no longer escalates unless it becomes worse.
         */
        post: operations["acknowledge_api_v1_venues__venue_id__alerts__alert_id__acknowledge_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/alerts/{alert_id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close
         * @description End an alert as a false alarm or as resolved. A worse one is still told.
         */
        post: operations["close_api_v1_venues__venue_id__alerts__alert_id__close_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/alerts/{alert_id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add Note
         * @description Write down what was done; also when it is over.
         */
        post: operations["add_note_api_v1_venues__venue_id__alerts__alert_id__notes_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/alerts/{alert_id}/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Alert Picture
         * @description What the camera showed when the alert was raised or worsened, people blurred.
         */
        get: operations["get_alert_picture_api_v1_venues__venue_id__alerts__alert_id__picture_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/alerts/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Rules
         * @description The thresholds that hold, by zone and phase, each with its source.
         */
        get: operations["get_rules_api_v1_venues__venue_id__alerts_rules_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/cameras/{camera_id}/calibration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Calibration
         * @description The calibration that holds for a camera.
         */
        get: operations["get_calibration_api_v1_venues__venue_id__cameras__camera_id__calibration_get"];
        /**
         * Put Calibration
         * @description Keep a new calibration; those before it stay in the history.
         */
        put: operations["put_calibration_api_v1_venues__venue_id__cameras__camera_id__calibration_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/cameras/{camera_id}/calibration/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get History
         * @description A camera's calibrations, newest first.
         */
        get: operations["get_history_api_v1_venues__venue_id__cameras__camera_id__calibration_history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/cameras/{camera_id}/calibration/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview
         * @description What lies where, by matched points that are being tried or by the calibration that holds. Nothing is kept.
         */
        post: operations["preview_api_v1_venues__venue_id__cameras__camera_id__calibration_preview_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/cameras/{camera_id}/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Picture
         * @description A camera's newest picture, as JPEG.
         */
        get: operations["get_picture_api_v1_venues__venue_id__cameras__camera_id__picture_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/captures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Captures
         * @description Kept frames, those first that there is most to learn from.
         */
        get: operations["get_captures_api_v1_venues__venue_id__captures_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/captures/{capture_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Capture
         * @description A kept frame with its labels and all that was done to them.
         */
        get: operations["get_capture_api_v1_venues__venue_id__captures__capture_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/captures/{capture_id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept Capture
         * @description Its labels are good to be trained on.
         */
        post: operations["accept_capture_api_v1_venues__venue_id__captures__capture_id__accept_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/captures/{capture_id}/labels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Put Labels
         * @description Replace the labels of a kept frame; it is in review then.
         */
        put: operations["put_labels_api_v1_venues__venue_id__captures__capture_id__labels_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/captures/{capture_id}/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Capture Picture
         * @description The kept picture, as JPEG.
         */
        get: operations["get_capture_picture_api_v1_venues__venue_id__captures__capture_id__picture_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/captures/{capture_id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reject Capture
         * @description It is not to be used.
         */
        post: operations["reject_capture_api_v1_venues__venue_id__captures__capture_id__reject_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/captures/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Labels
         * @description The labels as label tools read them; of accepted captures, unless states are named.
         */
        get: operations["export_labels_api_v1_venues__venue_id__captures_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/captures/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import Labels
         * @description Corrected labels, as the file that a label tool wrote. All of it is taken, or nothing.
         */
        post: operations["import_labels_api_v1_venues__venue_id__captures_import_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/captures/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Purge Captures
         * @description Delete captures, pictures and labels, for good. The ledger keeps that they were, who deleted them and why.
         */
        post: operations["purge_captures_api_v1_venues__venue_id__captures_purge_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/captures/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Label Stats
         * @description How far the labelling is.
         */
        get: operations["get_label_stats_api_v1_venues__venue_id__captures_stats_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/crossings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Crossings
         * @description People across counting lines over time.
         */
        get: operations["get_crossings_api_v1_venues__venue_id__crossings_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Jobs
         * @description A venue's jobs, newest first.
         */
        get: operations["get_jobs_api_v1_venues__venue_id__jobs_get"];
        put?: never;
        /**
         * Ask For Job
         * @description Ask for a job. With an `idempotency_key` it may be asked for again: it is one job.
         */
        post: operations["ask_for_job_api_v1_venues__venue_id__jobs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Job
         * @description One job. With `after` the answer comes when it has changed since that revision, or when the wait is over.
         */
        get: operations["get_job_api_v1_venues__venue_id__jobs__job_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/jobs/{job_id}/artefacts/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Job Artefact
         * @description A file that the job made. Always as a download: a report holds a script, and must not run as this site's.
         */
        get: operations["get_job_artefact_api_v1_venues__venue_id__jobs__job_id__artefacts__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/jobs/{job_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Job
         * @description End a queued job at once, a running one within seconds. One that is over stays as it is.
         */
        post: operations["cancel_job_api_v1_venues__venue_id__jobs__job_id__cancel_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/jobs/{job_id}/story": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Job Story
         * @description One job with all that happened to it: who asked, who did it, who stopped it, and when.
         */
        get: operations["get_job_story_api_v1_venues__venue_id__jobs__job_id__story_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Models
         * @description What the venue's workers are to run, and what they could.
         */
        get: operations["get_models_api_v1_venues__venue_id__models_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/models/challenger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Challenge
         * @description Have a version run beside the champion on a share of the frames; it counts nothing.
         */
        put: operations["challenge_api_v1_venues__venue_id__models_challenger_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/models/challenger/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Withdraw
         * @description Have nothing run beside the champion.
         */
        post: operations["withdraw_api_v1_venues__venue_id__models_challenger_withdraw_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/models/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Changes
         * @description Who decided what, when and why.
         */
        get: operations["get_changes_api_v1_venues__venue_id__models_changes_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/models/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Events
         * @description What became of models in the workers: swapped, kept, rolled back and why.
         */
        get: operations["get_events_api_v1_venues__venue_id__models_events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/models/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Promote
         * @description Make a version champion: workers load it beside, swap between two frames, and go back if it is worse.
         *
         *     Refused while an event's doors are open, and unless it counted better than the champion; ``force`` overrides that.
         */
        post: operations["promote_api_v1_venues__venue_id__models_promote_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/models/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Roll Back
         * @description Go back to the champion before; doors may be open.
         */
        post: operations["roll_back_api_v1_venues__venue_id__models_rollback_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/models/shadows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Shadows
         * @description How challengers compared with champions on live frames.
         */
        get: operations["get_shadows_api_v1_venues__venue_id__models_shadows_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/models/versions/{name}/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Version
         * @description One version with its card, and what speaks against promoting it now.
         */
        get: operations["get_version_api_v1_venues__venue_id__models_versions__name___version__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/occupancy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Occupancy
         * @description People inside over time.
         */
        get: operations["get_occupancy_api_v1_venues__venue_id__occupancy_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/occupancy/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Latest Occupancy
         * @description People inside now. A number that is too old to be acted on is not told.
         */
        get: operations["get_latest_occupancy_api_v1_venues__venue_id__occupancy_latest_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/phase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Phase
         * @description The part of the event that it is.
         */
        get: operations["get_phase_api_v1_venues__venue_id__phase_get"];
        /**
         * Set Phase
         * @description Begin another part of the event: its thresholds hold from then on.
         */
        put: operations["set_phase_api_v1_venues__venue_id__phase_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/postures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Postures
         * @description Who fell, put their hands up or crouched down, newest first.
         */
        get: operations["get_postures_api_v1_venues__venue_id__postures_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/purge-ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Purge Ledger
         * @description Every frame that was kept and every one that was deleted: when, why and by whom.
         */
        get: operations["get_purge_ledger_api_v1_venues__venue_id__purge_ledger_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/readings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Readings
         * @description People in zones over time.
         */
        get: operations["get_readings_api_v1_venues__venue_id__readings_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/venues/{venue_id}/scans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell Scans
         * @description Tell of scanned tickets, one or many. Whatever was not answered may be sent again: it counts once.
         */
        post: operations["tell_scans_api_v1_venues__venue_id__scans_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/v1/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign Out
         * @description End this session.
         */
        post: operations["sign_out_auth_v1_logout_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/v1/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign In
         * @description Sign in with a password, or go on with a refresh token.
         */
        post: operations["sign_in_auth_v1_token_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Alive
         * @description The process answers; nothing else is asked.
         */
        get: operations["alive_healthz_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description For Prometheus: with the metrics token, or a service key.
         */
        get: operations["metrics_metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ready
         * @description Whether every part is there, and which is not.
         */
        get: operations["ready_readyz_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Acknowledge
         * @description Somebody takes an alert over.
         */
        Acknowledge: {
            /**
             * Action Id
             * Format: uuid
             */
            action_id?: string;
            /** Note */
            note?: string | null;
        };
        /**
         * Action
         * @description What somebody did about an alert.
         *
         *     Attributes:
         *         actor: their address when they did it.
         *         applied_at: when the alert engine had taken it in; ``None``: not yet, as while it is away.
         */
        Action: {
            /**
             * Action
             * @enum {string}
             */
            action: "acknowledge" | "note" | "close";
            /**
             * Action Id
             * Format: uuid
             */
            action_id: string;
            /** Actor */
            actor: string;
            /** Applied At */
            applied_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Note */
            note: string | null;
            /** Outcome */
            outcome: ("false_alarm" | "resolved") | null;
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
        };
        /**
         * Alert
         * @description An alert as it stands after a change. ``(alert_id, sequence)`` makes storing it twice harmless.
         *
         *     ``captured_at`` is when the change was true, by the readings; ``state`` is ``ok`` while the figure can be seen.
         */
        Alert: {
            /** Acknowledged At */
            acknowledged_at: string | null;
            /** Acknowledged By */
            acknowledged_by: string | null;
            /**
             * Alert Id
             * Format: uuid
             */
            alert_id: string;
            /** Camera Id */
            camera_id: string | null;
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            change: components["schemas"]["Change"];
            /** Clear At */
            clear_at: number;
            /** Ended At */
            ended_at: string | null;
            /**
             * Escalations
             * @default 0
             */
            escalations: number;
            evidence: components["schemas"]["Evidence"];
            /**
             * Kind
             * @default alert
             * @constant
             */
            kind: "alert";
            measure: components["schemas"]["Measure"];
            /** Outcome */
            outcome: ("false_alarm" | "resolved") | null;
            phase: components["schemas"]["Phase"] | null;
            /** Playbook */
            playbook: string;
            /** Raise At */
            raise_at: number;
            /**
             * Raised At
             * Format: date-time
             */
            raised_at: string;
            /** Reason */
            reason: string | null;
            /** Rule Id */
            rule_id: string;
            /** Sequence */
            sequence: number;
            severity: components["schemas"]["Severity"];
            /** Source */
            source: string;
            state: components["schemas"]["State"];
            status: components["schemas"]["Status"];
            /** Summary */
            summary: string;
            /**
             * Times Reopened
             * @default 0
             */
            times_reopened: number;
            /** Title */
            title: string;
            /** Venue Id */
            venue_id: string;
            /**
             * Version
             * @default 1
             * @constant
             */
            version: 1;
            worst: components["schemas"]["Severity"];
            /** Zone Id */
            zone_id: string | null;
        };
        /**
         * Alerts
         * @description Alerts as they stand now, newest first.
         *
         *     Attributes:
         *         watched: whether the alert engine was heard in the last seconds. Without it an empty list says nothing.
         *         truncated: whether older ones were left out because of the limit.
         */
        Alerts: {
            /** Alerts */
            alerts: components["schemas"]["Alert"][];
            /** Truncated */
            truncated: boolean;
            /** Venue Id */
            venue_id: string;
            /** Watched */
            watched: boolean;
        };
        /**
         * AlertStory
         * @description One alert with all that happened to it.
         *
         *     Attributes:
         *         alert: as it stands.
         *         changes: every change, oldest first, each with the figures of then.
         *         actions: who did what and when, oldest first; shown at once, also while the engine is away.
         */
        AlertStory: {
            /** Actions */
            actions: components["schemas"]["Action"][];
            alert: components["schemas"]["Alert"];
            /** Changes */
            changes: components["schemas"]["Alert"][];
            /** Pictures */
            pictures: components["schemas"]["KeptPicture"][];
        };
        /**
         * Alive
         * @description The process answers.
         */
        Alive: {
            /**
             * Status
             * @default ok
             * @constant
             */
            status: "ok";
            /** Version */
            version: string;
        };
        /**
         * Analyse
         * @description Count people in recorded footage.
         *
         *     Attributes:
         *         source: ``recordings/FILE`` of the venue, or ``asset:NAME``.
         *         camera_id: count in this camera's zones; ``None``: in the whole picture.
         *         model: a detector's name; ``None``: the default.
         *         density: a live density model's name, or ``none``.
         *         budgeted: look at a frame only where a prediction would not do: faster, somewhat less exact.
         */
        Analyse: {
            /**
             * Budgeted
             * @default false
             */
            budgeted: boolean;
            /** Camera Id */
            camera_id?: string | null;
            /** Density */
            density?: string | null;
            /** Model */
            model?: string | null;
            /** Source */
            source: string;
        };
        /**
         * Artefact
         * @description A whole file that a job made.
         *
         *     Attributes:
         *         name: within the job, such as ``counts.jsonl``.
         *         path: relative to the folder of jobs.
         */
        Artefact: {
            /** Bytes */
            bytes: number;
            /** Name */
            name: string;
            /** Path */
            path: string;
            /** Sha256 */
            sha256: string;
        };
        /**
         * BoxLabel
         * @description Somebody, or a head, by a box; pixels.
         */
        "BoxLabel-Input": {
            /** Bottom */
            bottom: number;
            /** Left */
            left: number;
            name: components["schemas"]["LabelClass"];
            /** Right */
            right: number;
            /** Score */
            score?: number | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            shape: "box";
            /** @default person */
            source: components["schemas"]["LabelSource"];
            /** Top */
            top: number;
        };
        /**
         * BoxLabel
         * @description Somebody, or a head, by a box; pixels.
         */
        "BoxLabel-Output": {
            /** Bottom */
            bottom: number;
            /** Left */
            left: number;
            name: components["schemas"]["LabelClass"];
            /** Right */
            right: number;
            /** Score */
            score: number | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            shape: "box";
            /** @default person */
            source: components["schemas"]["LabelSource"];
            /** Top */
            top: number;
        };
        /**
         * CameraCalibration
         * @description A known camera, in OpenCV's convention: a point X of the world is seen at K (R X + t), through its distortion.
         *
         *     The world's plane z = 0 is the floor, and z runs up.
         *
         *     Attributes:
         *         matrix: K, the intrinsic matrix, pixels.
         *         distortion: k1, k2, p1, p2, then k3, then k4 to k6, then s1 to s4: 0, 4, 5, 8 or 12 numbers.
         *         rotation: R, from the world to the camera, three rows.
         *         translation_m: t, metres.
         *         placement: how the world's x and y lie on the plan.
         *         residual_m: standard deviation of floor positions that the calibration itself leaves.
         */
        CameraCalibration: {
            /**
             * Distortion
             * @default []
             */
            distortion: number[];
            /** Frame Size */
            frame_size: [
                number,
                number
            ];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "camera";
            /** Matrix */
            matrix: [
                [
                    number,
                    number,
                    number
                ],
                [
                    number,
                    number,
                    number
                ],
                [
                    number,
                    number,
                    number
                ]
            ];
            /**
             * @default {
             *       "origin_m": [
             *         0,
             *         0
             *       ],
             *       "turn_deg": 0,
             *       "mirrored": false
             *     }
             */
            placement: components["schemas"]["Placement"];
            /**
             * Residual M
             * @default 0.1
             */
            residual_m: number;
            /** Rotation */
            rotation: [
                [
                    number,
                    number,
                    number
                ],
                [
                    number,
                    number,
                    number
                ],
                [
                    number,
                    number,
                    number
                ]
            ];
            /** Translation M */
            translation_m: [
                number,
                number,
                number
            ];
        };
        /**
         * CameraHealth
         * @description How a camera is doing. Where it never gave a frame, ``captured_at`` is when that was noticed.
         */
        CameraHealth: {
            /** Camera Id */
            camera_id: string;
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            /**
             * Fps
             * @default null
             */
            fps: number | null;
            /**
             * Frame Height
             * @default null
             */
            frame_height: number | null;
            /**
             * Frame Width
             * @default null
             */
            frame_width: number | null;
            /**
             * Frames Captured
             * @default 0
             */
            frames_captured: number;
            /**
             * Frames Dropped
             * @default 0
             */
            frames_dropped: number;
            /**
             * Frames Late
             * @default 0
             */
            frames_late: number;
            /**
             * Frames Predicted
             * @default 0
             */
            frames_predicted: number;
            /**
             * Kind
             * @default camera_health
             * @constant
             */
            kind: "camera_health";
            /**
             * Last Frame At
             * @default null
             */
            last_frame_at: string | null;
            /**
             * Reason
             * @default null
             */
            reason: string | null;
            /**
             * Restarts
             * @default 0
             */
            restarts: number;
            state: components["schemas"]["State"];
            /** Venue Id */
            venue_id: string;
            /**
             * Version
             * @default 1
             * @constant
             */
            version: 1;
        };
        /**
         * CameraOut
         * @description A camera; frame sizes are the picture that zones and lines are drawn on, in pixels.
         */
        CameraOut: {
            /** Frame Height */
            frame_height: number;
            /** Frame Width */
            frame_width: number;
            /** Id */
            id: string;
            /** Name */
            name: string;
        };
        /**
         * CapturePolicy
         * @description By whose leave frames are kept.
         * @enum {string}
         */
        CapturePolicy: "off" | "blurred" | "consented";
        /**
         * Captures
         * @description A part of the queue.
         *
         *     Attributes:
         *         total: how many there are in all of those asked for.
         */
        Captures: {
            /** Captures */
            captures: components["schemas"]["CaptureSummary"][];
            /** Total */
            total: number;
            /** Venue Id */
            venue_id: string;
        };
        /**
         * CaptureStory
         * @description A capture with its labels and all that was done to them, oldest first.
         */
        CaptureStory: {
            capture: components["schemas"]["CaptureSummary"];
            /** Changes */
            changes: components["schemas"]["LabelChange"][];
            /** Labels */
            labels: (components["schemas"]["BoxLabel-Output"] | components["schemas"]["PointLabel-Output"])[];
        };
        /**
         * CaptureSummary
         * @description A kept frame.
         *
         *     Attributes:
         *         uncertainty: how much there is to learn from it, 0..1.
         *         revision: of its labels; say it with each change.
         *         labels: how many it has.
         *         keep_until: when it is deleted at the latest.
         */
        CaptureSummary: {
            /** Camera Id */
            camera_id: string;
            /**
             * Capture Id
             * Format: uuid
             */
            capture_id: string;
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            /** Count */
            count: number;
            /** Count High */
            count_high: number;
            /** Count Low */
            count_low: number;
            /** Height */
            height: number;
            /**
             * Keep Until
             * Format: date-time
             */
            keep_until: string;
            /** Labels */
            labels: number;
            /** Model */
            model: string;
            policy: components["schemas"]["CapturePolicy"];
            /** Reasons */
            reasons: components["schemas"]["Reason"][];
            /** Revision */
            revision: number;
            /** Size Bytes */
            size_bytes: number;
            state: components["schemas"]["LabelState"];
            /** Uncertainty */
            uncertainty: number;
            /** Width */
            width: number;
        };
        /**
         * Challenge
         * @description Have a version run beside the champion.
         *
         *     Attributes:
         *         shadow_share: of the frames that are looked at, at most.
         */
        Challenge: {
            /** Name */
            name: string;
            /** Reason */
            reason: string;
            /**
             * Shadow Share
             * @default 0.1
             */
            shadow_share: number;
            /** Version */
            version: number;
        };
        /**
         * Change
         * @description What happened to an alert.
         * @enum {string}
         */
        Change: "raised" | "worsened" | "eased" | "reopened" | "escalated" | "acknowledged" | "noted" | "sight_lost" | "sight_back" | "cleared" | "closed";
        /**
         * Close
         * @description Somebody ends an alert.
         */
        Close: {
            /**
             * Action Id
             * Format: uuid
             */
            action_id?: string;
            /** Note */
            note?: string | null;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "false_alarm" | "resolved";
        };
        /**
         * Credentials
         * @description The body of both grants; which fields are needed depends on ``grant_type``.
         */
        Credentials: {
            /** Email */
            email?: string | null;
            /** Password */
            password?: string | null;
            /** Refresh Token */
            refresh_token?: string | null;
        };
        /**
         * CrossingPoint
         * @description People who passed in one bucket; ``None`` where the line's camera saw nothing it could be trusted on.
         */
        CrossingPoint: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** In Count */
            in_count: number | null;
            /** Out Count */
            out_count: number | null;
        };
        /**
         * Crossings
         * @description Counting lines over time: every bucket of the range is there.
         */
        Crossings: {
            /** Lines */
            lines: components["schemas"]["LineSeries"][];
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Step S */
            step_s: number;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Venue Id */
            venue_id: string;
        };
        /**
         * Evaluate
         * @description Compare counts with a truth that is known.
         *
         *     Attributes:
         *         source: footage or a folder of pictures.
         *         truth: a MOTChallenge ``gt.txt``, or ``counts.json`` or a folder of ``.mat`` files for stills.
         *         region: ``x1,y1,x2,y2,…`` in pixels, for videos.
         */
        Evaluate: {
            /** Density */
            density?: string | null;
            /** Model */
            model?: string | null;
            /** Region */
            region?: string | null;
            /** Source */
            source: string;
            /** Truth */
            truth: string;
        };
        /**
         * Evaluation
         * @description How well a version counted pictures whose truth is known.
         *
         *     Attributes:
         *         truth: what it was evaluated on.
         *         truth_sha256: equal where two versions were asked the same.
         *         count_mae: mean absolute error of the count, people a picture.
         */
        Evaluation: {
            /** Count Mae */
            count_mae: number;
            /**
             * Evaluated At
             * Format: date-time
             */
            evaluated_at: string;
            /** Evaluated By */
            evaluated_by: string;
            /** Frames */
            frames: number;
            /** Metrics */
            metrics: {
                [key: string]: unknown;
            };
            /** Truth */
            truth: string;
            /** Truth Sha256 */
            truth_sha256: string;
        };
        /**
         * Event
         * @description What became of a model in one worker.
         */
        Event: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Change */
            change: string;
            /**
             * Event Id
             * Format: uuid
             */
            event_id: string;
            /** Model */
            model: string;
            /** Previous */
            previous: string | null;
            /** Revision */
            revision: number;
            /** Words */
            words: string;
            /** Worker */
            worker: string;
        };
        /**
         * Evidence
         * @description The figures behind an alert, as they were when it last changed.
         */
        Evidence: {
            /**
             * Camera Ids
             * @default []
             */
            camera_ids: string[];
            forecast: components["schemas"]["Forecast"] | null;
            /** High */
            high: number | null;
            /** Low */
            low: number | null;
            measure: components["schemas"]["Measure"];
            /** Picture Camera Id */
            picture_camera_id: string | null;
            /** Probability */
            probability: number | null;
            /**
             * Readings
             * @default []
             */
            readings: components["schemas"]["Point"][];
            trend: components["schemas"]["Trend"] | null;
            /** Unit */
            unit: string;
            /** Value */
            value: number | null;
        };
        /**
         * Export
         * @description Turn a checkpoint into what detectors read.
         *
         *     Attributes:
         *         weights: a YOLOv8 checkpoint, ``training/FILE.pt``.
         *         quantise: make 8-bit integers of it too, kept only where they count as well on ``footage``.
         *         footage: a video to count in; ``truth`` says who is in it.
         *         calibrate: footage whose frames show what the network will meet; left out, ``footage``.
         *         density: weights of a density branch on the detector's trunk; ``None``: boxes alone.
         *         register_as: a model's name, of which the result becomes a version that may be made challenger.
         */
        Export: {
            /**
             * Calibrate
             * @default []
             */
            calibrate: string[];
            /** Density */
            density?: string | null;
            /** Footage */
            footage?: string | null;
            /**
             * Quantise
             * @default false
             */
            quantise: boolean;
            /** Register As */
            register_as?: string | null;
            /** Truth */
            truth?: string | null;
            /** Weights */
            weights: string;
        };
        /**
         * FloorFigures
         * @description A zone's second in metres. A figure that is not known is ``None``, never 0.
         */
        FloorFigures: {
            /** Area M2 */
            area_m2: number;
            /**
             * Density Per M2
             * @default null
             */
            density_per_m2: number | null;
            /**
             * Dwell S
             * @default null
             */
            dwell_s: number | null;
            /**
             * Inflow Per Min
             * @default null
             */
            inflow_per_min: number | null;
            /**
             * Level Of Service
             * @default null
             */
            level_of_service: ("A" | "B" | "C" | "D" | "E" | "F") | null;
            /**
             * Outflow Per Min
             * @default null
             */
            outflow_per_min: number | null;
            /**
             * Peak Density Per M2
             * @default null
             */
            peak_density_per_m2: number | null;
            /**
             * Pressure Per S2
             * @default null
             */
            pressure_per_s2: number | null;
            /**
             * Queue Length
             * @default null
             */
            queue_length: number | null;
            /**
             * Queue Wait S
             * @default null
             */
            queue_wait_s: number | null;
            /**
             * Service Per Min
             * @default null
             */
            service_per_min: number | null;
            /**
             * Speed M Per S
             * @default null
             */
            speed_m_per_s: number | null;
            /**
             * Unseen Share
             * @default 0
             */
            unseen_share: number;
        };
        /**
         * FloorPlanOut
         * @description The venue's floor in metres, x and y as its drawing has them.
         *
         *     Attributes:
         *         outline: where people can be at all; ``None``: wherever a camera sees.
         */
        FloorPlanOut: {
            /** Outline */
            outline: [
                number,
                number
            ][] | null;
            /** Zones */
            zones: components["schemas"]["FloorZoneOut"][];
        };
        /**
         * FloorPoint
         * @description One bucket of one zone in metres: means over the seconds that have the figure; ``None`` where none has.
         *
         *     Attributes:
         *         area_m2: of the part that people can stand on.
         *         unseen_share: share of the area that no camera saw.
         *         peak_density_per_m2: the highest local density of any second.
         *         level_of_service: the worst of any second, by Fruin.
         *         pressure_per_s2: the highest of any second.
         *         queue_length: people waiting; ``None`` where the zone is no queue.
         *         queue_wait_s: expected wait of somebody who joined then.
         *         dwell_s: mean stay of those who left.
         */
        FloorPoint: {
            /** Area M2 */
            area_m2: number;
            /** Density Per M2 */
            density_per_m2: number | null;
            /** Dwell S */
            dwell_s: number | null;
            /** Inflow Per Min */
            inflow_per_min: number | null;
            /** Level Of Service */
            level_of_service: ("A" | "B" | "C" | "D" | "E" | "F") | null;
            /** Outflow Per Min */
            outflow_per_min: number | null;
            /** Peak Density Per M2 */
            peak_density_per_m2: number | null;
            /** Pressure Per S2 */
            pressure_per_s2: number | null;
            /** Queue Length */
            queue_length: number | null;
            /** Queue Wait S */
            queue_wait_s: number | null;
            /** Service Per Min */
            service_per_min: number | null;
            /** Speed M Per S */
            speed_m_per_s: number | null;
            /** Unseen Share */
            unseen_share: number;
        };
        /**
         * FloorZoneOut
         * @description A zone of the floor plan, whichever cameras see it. Its people are in the cameras' zones too: never add them.
         *
         *     Attributes:
         *         polygon: corners in metres.
         *         capacity: people it may hold; ``None`` where no limit is set.
         *         queue: people wait here.
         *         front: where the queue is served; ``None``: not known.
         */
        FloorZoneOut: {
            /** Capacity */
            capacity: number | null;
            /** Front */
            front: [
                number,
                number
            ] | null;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Polygon */
            polygon: [
                number,
                number
            ][];
            /** Queue */
            queue: boolean;
        };
        /**
         * Forecast
         * @description When a threshold will be reached if it goes on like this. Without a significant trend there is none.
         */
        Forecast: {
            /** Earliest S */
            earliest_s: number;
            /** In S */
            in_s: number;
            /** Latest S */
            latest_s: number | null;
            severity: components["schemas"]["Severity"];
            /** Threshold */
            threshold: number;
        };
        /**
         * GateOut
         * @description A way in and out.
         *
         *     Attributes:
         *         lines: counting lines across it; ``in`` is into the venue.
         *         scans_in: everybody who comes in is scanned.
         *         scans_out: everybody who leaves is scanned.
         */
        GateOut: {
            /** Id */
            id: string;
            /** Lines */
            lines: string[];
            /** Name */
            name: string;
            /** Scans In */
            scans_in: boolean;
            /** Scans Out */
            scans_out: boolean;
        };
        /**
         * HeightsCalibration
         * @description A rough guess from how tall people appear over the picture; distances are wrong by ``deviation_share`` or so.
         *
         *     Its own floor coordinates have their origin below the camera and y in the direction it looks; ``placement`` lays
         *     them on the plan. The lens is taken for free of distortion, its centre for the picture's.
         *
         *     Attributes:
         *         focal_px: focal length, pixels.
         *         tilt_deg: how far below the level the camera looks.
         *         roll_deg: how far it is turned about its own axis; positive: the picture's right side lies lower in the world.
         *         height_m: the camera's height above the floor.
         *         person_height_m: how tall people were taken to be; every distance is proportional to it.
         *         people: how many boxes it was made from.
         *         deviation_share: standard deviation of a distance from the camera, as a share of that distance.
         */
        HeightsCalibration: {
            /**
             * Deviation Share
             * @default 0.15
             */
            deviation_share: number;
            /** Focal Px */
            focal_px: number;
            /** Frame Size */
            frame_size: [
                number,
                number
            ];
            /** Height M */
            height_m: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "heights";
            /**
             * People
             * @default 0
             */
            people: number;
            /**
             * Person Height M
             * @default 1.7
             */
            person_height_m: number;
            /**
             * @default {
             *       "origin_m": [
             *         0,
             *         0
             *       ],
             *       "turn_deg": 0,
             *       "mirrored": false
             *     }
             */
            placement: components["schemas"]["Placement"];
            /**
             * Roll Deg
             * @default 0
             */
            roll_deg: number;
            /** Tilt Deg */
            tilt_deg: number;
        };
        /** HTTPValidationError */
        HTTPValidationError: {
            /** Detail */
            detail?: components["schemas"]["ValidationError"][];
        };
        /**
         * Imported
         * @description What an import changed.
         *
         *     Attributes:
         *         changed: captures whose labels are others now.
         *         unchanged: captures whose labels were the same already.
         *         accepted: whether all of them are accepted now.
         */
        Imported: {
            /** Accepted */
            accepted: boolean;
            /** Changed */
            changed: string[];
            /** Labels */
            labels: number;
            /** Unchanged */
            unchanged: string[];
        };
        /**
         * Job
         * @description A job as it stands.
         *
         *     Attributes:
         *         queue: where it was last sent.
         *         sent_at: when a worker was last told of it; ``None``: the broker was away, it is sent when that is back.
         *         attempt: how often it was begun.
         *         lost: attempts whose worker was not heard any more.
         *         worker: who does it, or did it last.
         *         heartbeat_at: when that was last heard.
         *         progress: share that is done, 0 to 1; ``None``: not known, which is not 0.
         *         words: what is being done.
         *         error: why it failed.
         *         revision: grows with each change; ask with ``after`` to wait for the next.
         */
        Job: {
            /** Actor */
            actor: string;
            /** Artefacts */
            artefacts: components["schemas"]["Artefact"][];
            /** Attempt */
            attempt: number;
            /** Cancel Asked At */
            cancel_asked_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string | null;
            /** Ended At */
            ended_at: string | null;
            /** Error */
            error: string | null;
            /** Heartbeat At */
            heartbeat_at: string | null;
            /**
             * Job Id
             * Format: uuid
             */
            job_id: string;
            kind: components["schemas"]["Kind"];
            /** Limit S */
            limit_s: number;
            /** Lost */
            lost: number;
            /** Parameters */
            parameters: {
                [key: string]: unknown;
            };
            /** Progress */
            progress: number | null;
            queue: components["schemas"]["Queue"] | null;
            /** Revision */
            revision: number;
            /** Sent At */
            sent_at: string | null;
            /** Started At */
            started_at: string | null;
            state: components["schemas"]["JobState"];
            /** Venue Id */
            venue_id: string;
            /**
             * Wish
             * @enum {string}
             */
            wish: "any" | "cpu" | "gpu";
            /** Words */
            words: string | null;
            /** Worker */
            worker: string | null;
        };
        /**
         * JobChange
         * @description One thing that happened to a job, and by whom.
         */
        JobChange: {
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Attempt */
            attempt: number;
            /**
             * Change
             * @enum {string}
             */
            change: "asked" | "started" | "lost" | "given_back" | "cancel_asked" | "succeeded" | "failed" | "cancelled";
            /** Note */
            note: string | null;
        };
        /**
         * Jobs
         * @description A venue's jobs, newest first.
         *
         *     Attributes:
         *         truncated: whether older ones were left out because of the limit.
         */
        Jobs: {
            /** Jobs */
            jobs: components["schemas"]["Job"][];
            /** Truncated */
            truncated: boolean;
            /** Venue Id */
            venue_id: string;
        };
        /**
         * JobState
         * @description Where a job stands; the last three are final.
         * @enum {string}
         */
        JobState: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        /**
         * JobStory
         * @description What happened to a job, oldest first.
         */
        JobStory: {
            /** Changes */
            changes: components["schemas"]["JobChange"][];
            job: components["schemas"]["Job"];
        };
        /**
         * KeptCalibration
         * @description A calibration as it was kept.
         *
         *     Attributes:
         *         id: grows; the highest of a camera holds.
         *         made_by: who saved it; ``None``: the venue file, or someone who is gone.
         */
        KeptCalibration: {
            /** Calibration */
            calibration: components["schemas"]["PointsCalibration"] | components["schemas"]["CameraCalibration"] | components["schemas"]["TsaiCalibration"] | components["schemas"]["HeightsCalibration"];
            /** Camera Id */
            camera_id: string;
            /** Id */
            id: number;
            /**
             * Made At
             * Format: date-time
             */
            made_at: string;
            /** Made By */
            made_by: string | null;
            /** Note */
            note: string;
            /** Venue Id */
            venue_id: string;
        };
        /**
         * KeptPicture
         * @description A picture that was kept with a change of the alert; ask for it by its sequence.
         */
        KeptPicture: {
            /** Camera Id */
            camera_id: string;
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            /** Sequence */
            sequence: number;
        };
        /**
         * Kind
         * @description What a job does.
         * @enum {string}
         */
        Kind: "analyse" | "evaluate" | "export" | "train";
        /**
         * LabelChange
         * @description Who changed labels, and what they were from then on; ``None``: left as they were.
         */
        LabelChange: {
            /**
             * Action
             * @enum {string}
             */
            action: "saved" | "imported" | "accepted" | "rejected";
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Labels */
            labels: {
                [key: string]: unknown;
            }[] | null;
            /** Note */
            note: string | null;
            /** Revision */
            revision: number;
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
        };
        /**
         * LabelClass
         * @description What is there. The order is that of our models' classes.
         * @enum {string}
         */
        LabelClass: "person" | "head";
        /**
         * LabelFormat
         * @description What label tools read and write.
         * @enum {string}
         */
        LabelFormat: "yolo" | "coco";
        /**
         * LabelSource
         * @description Who says so.
         * @enum {string}
         */
        LabelSource: "model" | "person";
        /**
         * LabelState
         * @description How far a picture has come.
         * @enum {string}
         */
        LabelState: "unlabelled" | "prelabelled" | "in_review" | "accepted" | "rejected";
        /**
         * LabelStats
         * @description How far the labelling is.
         *
         *     Attributes:
         *         capture: what the venue's file allows; ``None``: it was never installed.
         *         states: captures by state; every state is named.
         *         reasons: captures by reason, those not rejected.
         *         cameras: captures by camera.
         *         labels: labels of accepted captures, by class.
         *         size_bytes: of all pictures.
         *         purged: captures that were deleted, ever.
         */
        LabelStats: {
            /** Cameras */
            cameras: {
                [key: string]: number;
            };
            capture: components["schemas"]["CapturePolicy"] | null;
            /** Labels */
            labels: {
                [key: string]: number;
            };
            /** Purged */
            purged: number;
            /** Reasons */
            reasons: {
                [key: string]: number;
            };
            /** Retention Days */
            retention_days: number | null;
            /** Size Bytes */
            size_bytes: number;
            /** States */
            states: {
                [key: string]: number;
            };
            /** Venue Id */
            venue_id: string;
        };
        /**
         * LatestOccupancy
         * @description People inside now.
         *
         *     Attributes:
         *         at: when it was asked for.
         *         whole: all of the venue.
         *         sections: the parts of it that are estimated by themselves.
         */
        LatestOccupancy: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Sections */
            sections: components["schemas"]["Occupancy"][];
            /** Venue Id */
            venue_id: string;
            whole: components["schemas"]["Occupancy"];
        };
        /**
         * Ledger
         * @description The ledger, newest first.
         */
        Ledger: {
            /** Entries */
            entries: components["schemas"]["LedgerEntry"][];
            /** Venue Id */
            venue_id: string;
        };
        /**
         * LedgerEntry
         * @description A frame was kept, or it was deleted.
         *
         *     Attributes:
         *         why: ``retention`` or ``request``; ``None`` where it was kept.
         *         actor: who: a worker, the retention, or a person's address.
         */
        LedgerEntry: {
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Camera Id */
            camera_id: string;
            /**
             * Capture Id
             * Format: uuid
             */
            capture_id: string;
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            /** Consent Reference */
            consent_reference: string | null;
            /** Entry Id */
            entry_id: number;
            /**
             * Event
             * @enum {string}
             */
            event: "kept" | "purged";
            /**
             * Keep Until
             * Format: date-time
             */
            keep_until: string;
            /** Note */
            note: string | null;
            policy: components["schemas"]["CapturePolicy"];
            /** Sha256 */
            sha256: string;
            /** User Id */
            user_id: string | null;
            /** Why */
            why: ("retention" | "request") | null;
        };
        /**
         * LineCrossing
         * @description One person passed a counting line.
         */
        LineCrossing: {
            /** Camera Id */
            camera_id: string;
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            /**
             * Crossing Id
             * Format: uuid
             */
            crossing_id: string;
            /**
             * Direction
             * @enum {string}
             */
            direction: "in" | "out";
            /**
             * Kind
             * @default line_crossing
             * @constant
             */
            kind: "line_crossing";
            /** Line Id */
            line_id: string;
            /**
             * Reason
             * @default null
             */
            reason: string | null;
            state: components["schemas"]["State"];
            /** Venue Id */
            venue_id: string;
            /**
             * Version
             * @default 1
             * @constant
             */
            version: 1;
        };
        /**
         * LineOut
         * @description A counting line; walking from start to end, ``in`` is to the right.
         */
        LineOut: {
            /** Camera Id */
            camera_id: string;
            /** End */
            end: [
                number,
                number
            ];
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Start */
            start: [
                number,
                number
            ];
        };
        /**
         * LineSeries
         * @description One counting line over time.
         */
        LineSeries: {
            /** Line Id */
            line_id: string;
            /** Points */
            points: components["schemas"]["CrossingPoint"][];
        };
        /**
         * LiveSnapshot
         * @description The first thing a live client hears: the newest of everything.
         */
        LiveSnapshot: {
            /**
             * Alerts
             * @default []
             */
            alerts: components["schemas"]["Alert"][];
            /**
             * Alerts Watched
             * @default false
             */
            alerts_watched: boolean;
            /** Cameras */
            cameras: components["schemas"]["CameraHealth"][];
            /**
             * Kind
             * @default snapshot
             * @constant
             */
            kind: "snapshot";
            /**
             * Occupancy
             * @default []
             */
            occupancy: components["schemas"]["Occupancy"][];
            /** @default null */
            positions: components["schemas"]["Positions"] | null;
            /** Readings */
            readings: components["schemas"]["ZoneReading"][];
            /**
             * Sent At
             * Format: date-time
             */
            sent_at: string;
            /** Venue Id */
            venue_id: string;
            /**
             * Version
             * @default 1
             * @constant
             */
            version: 1;
        };
        /**
         * LiveUpdate
         * @description What changed since the last one; sent at least once a second, empty as a heartbeat.
         */
        LiveUpdate: {
            /**
             * Alerts
             * @default []
             */
            alerts: components["schemas"]["Alert"][];
            /**
             * Alerts Watched
             * @default false
             */
            alerts_watched: boolean;
            /**
             * Cameras
             * @default []
             */
            cameras: components["schemas"]["CameraHealth"][];
            /**
             * Crossings
             * @default []
             */
            crossings: components["schemas"]["LineCrossing"][];
            /**
             * Kind
             * @default update
             * @constant
             */
            kind: "update";
            /**
             * Occupancy
             * @default []
             */
            occupancy: components["schemas"]["Occupancy"][];
            /** @default null */
            positions: components["schemas"]["Positions"] | null;
            /**
             * Readings
             * @default []
             */
            readings: components["schemas"]["ZoneReading"][];
            /**
             * Sent At
             * Format: date-time
             */
            sent_at: string;
            /**
             * Skipped
             * @default 0
             */
            skipped: number;
            /** Venue Id */
            venue_id: string;
            /**
             * Version
             * @default 1
             * @constant
             */
            version: 1;
        };
        /**
         * MatchedPoint
         * @description One mark on the floor that can be seen in the picture.
         *
         *     Attributes:
         *         picture: x and y in pixels of the calibration's ``frame_size``.
         *         floor_m: the same mark on the venue's plan, metres.
         */
        MatchedPoint: {
            /** Floor M */
            floor_m: [
                number,
                number
            ];
            /** Picture */
            picture: [
                number,
                number
            ];
        };
        /**
         * Me
         * @description The user behind the token.
         */
        Me: {
            /** Email */
            email: string | null;
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
            /** Venues */
            venues: components["schemas"]["Membership"][];
        };
        /**
         * Measure
         * @description What a rule looks at.
         * @enum {string}
         */
        Measure: "count" | "density" | "peak_density" | "level_of_service" | "pressure" | "inflow" | "occupancy" | "time_to_threshold" | "queue_wait" | "posture" | "sight";
        /**
         * Membership
         * @description One venue that the user belongs to.
         */
        Membership: {
            /** Name */
            name: string;
            /**
             * Role
             * @enum {string}
             */
            role: "viewer" | "staff" | "security" | "engineer" | "organiser" | "admin";
            /** Venue Id */
            venue_id: string;
        };
        /**
         * ModelChange
         * @description A decision, and who took it why.
         *
         *     Attributes:
         *         name: what was promoted, made challenger or gone back to; of ``rolled_back``, what failed.
         *         was_name: what was in that place before.
         *         despite: what spoke against a promotion that was forced.
         */
        ModelChange: {
            /** Actor */
            actor: string;
            /** Allowed Disagreement */
            allowed_disagreement: number | null;
            /** Change */
            change: string;
            /** Change Id */
            change_id: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Despite */
            despite: string | null;
            /** Forced */
            forced: boolean;
            /** Name */
            name: string | null;
            /** Reason */
            reason: string;
            /** Revision */
            revision: number;
            /** Shadow Share */
            shadow_share: number | null;
            /** Version */
            version: number | null;
            /** Was Name */
            was_name: string | null;
            /** Was Version */
            was_version: number | null;
        };
        /**
         * ModelRef
         * @description A version of a model.
         *
         *     Attributes:
         *         sha256: of its ``model.yaml``, which holds the hashes of all its other files.
         *         where: its folder, below the folder of models; absolute where it lies on a share.
         */
        ModelRef: {
            /** Name */
            name: string;
            /** Sha256 */
            sha256: string;
            /** Version */
            version: number;
            /** Where */
            where: string;
        };
        /**
         * Models
         * @description What a venue's workers are to run, and what they could.
         *
         *     Attributes:
         *         revision: grows with each decision; 0: nothing was ever decided.
         *         champion: what counts; ``None``: the model that is built in.
         *         before: what a rollback would go back to, if ``can_roll_back``; ``None``: the model that is built in.
         *         challenger: what runs beside; ``None``: nothing.
         *         allowed_disagreement: of the champion with the model before it, while on trial.
         *         doors_open: the phase of the event that is on; ``None``: promotion is not held up by one.
         *         built_in: how well the built-in model counted, the newest of each truth.
         *         versions: newest first.
         */
        Models: {
            /** Allowed Disagreement */
            allowed_disagreement: number;
            before: components["schemas"]["Placed"] | null;
            /** Built In */
            built_in: components["schemas"]["Evaluation"][];
            /** Can Roll Back */
            can_roll_back: boolean;
            challenger: components["schemas"]["Placed"] | null;
            champion: components["schemas"]["Placed"] | null;
            /** Decided At */
            decided_at: string | null;
            /** Doors Open */
            doors_open: string | null;
            /** Revision */
            revision: number;
            /** Shadow Share */
            shadow_share: number;
            /** Versions */
            versions: components["schemas"]["Version"][];
        };
        /**
         * NewAnalysis
         * @description Ask for recorded footage to be counted.
         */
        NewAnalysis: {
            /** Idempotency Key */
            idempotency_key?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "analyse";
            /** Limit S */
            limit_s?: number | null;
            parameters: components["schemas"]["Analyse"];
            queue?: components["schemas"]["Queue"] | null;
        };
        /**
         * NewCalibration
         * @description A calibration to be kept.
         *
         *     Attributes:
         *         note: why, for whoever reads the history.
         */
        NewCalibration: {
            /** Calibration */
            calibration: components["schemas"]["PointsCalibration"] | components["schemas"]["CameraCalibration"] | components["schemas"]["TsaiCalibration"] | components["schemas"]["HeightsCalibration"];
            /**
             * Note
             * @default
             */
            note: string;
        };
        /**
         * NewEvaluation
         * @description Ask how right the counts are.
         */
        NewEvaluation: {
            /** Idempotency Key */
            idempotency_key?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "evaluate";
            /** Limit S */
            limit_s?: number | null;
            parameters: components["schemas"]["Evaluate"];
            queue?: components["schemas"]["Queue"] | null;
        };
        /**
         * NewExport
         * @description Ask for a checkpoint to be exported.
         */
        NewExport: {
            /** Idempotency Key */
            idempotency_key?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "export";
            /** Limit S */
            limit_s?: number | null;
            parameters: components["schemas"]["Export"];
            queue?: components["schemas"]["Queue"] | null;
        };
        /**
         * NewLabels
         * @description All labels of a capture, in place of those before.
         */
        NewLabels: {
            /** Labels */
            labels: (components["schemas"]["BoxLabel-Input"] | components["schemas"]["PointLabel-Input"])[];
            /** Note */
            note?: string | null;
            /** Revision */
            revision: number;
        };
        /**
         * NewScan
         * @description One scanned ticket.
         *
         *     Attributes:
         *         scan_id: the scanner's own key of this scan: sent again with the same one, it counts once. Two scanners must not
         *             make the same keys, so a serial number or a UUID belongs in it.
         *         people: how many came with the ticket.
         *         captured_at: when it was scanned, with its offset; without it, now.
         */
        NewScan: {
            /** Captured At */
            captured_at?: string | null;
            /**
             * Direction
             * @enum {string}
             */
            direction: "in" | "out";
            /** Gate Id */
            gate_id: string;
            /**
             * People
             * @default 1
             */
            people: number;
            /** Scan Id */
            scan_id: string;
        };
        /**
         * NewScans
         * @description Scans to be told, oldest first. All of them are taken or none.
         */
        NewScans: {
            /** Scans */
            scans: components["schemas"]["NewScan"][];
        };
        /**
         * NewTraining
         * @description Ask for a model to be trained.
         */
        NewTraining: {
            /** Idempotency Key */
            idempotency_key?: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "train";
            /** Limit S */
            limit_s?: number | null;
            /**
             * @default {
             *       "stage": "train"
             *     }
             */
            parameters: components["schemas"]["Train"];
            queue?: components["schemas"]["Queue"] | null;
        };
        /**
         * Note
         * @description Somebody writes something down.
         */
        Note: {
            /**
             * Action Id
             * Format: uuid
             */
            action_id?: string;
            /** Note */
            note: string;
        };
        /**
         * Occupancy
         * @description How many people are in the venue, from counts, crossings and scans together, with what is unsure about it.
         */
        Occupancy: {
            /** Capacity */
            capacity: number | null;
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            /** Count */
            count: number | null;
            /** Count High */
            count_high: number | null;
            /** Count Low */
            count_low: number | null;
            /** Drift Per Hour */
            drift_per_hour: number | null;
            /**
             * Kind
             * @default occupancy
             * @constant
             */
            kind: "occupancy";
            /**
             * Over Capacity
             * @default false
             */
            over_capacity: boolean;
            /** Reason */
            reason: string | null;
            /** Section Id */
            section_id: string | null;
            /** Seen Share */
            seen_share: number | null;
            state: components["schemas"]["State"];
            /** Venue Id */
            venue_id: string;
            /**
             * Version
             * @default 1
             * @constant
             */
            version: 1;
        };
        /**
         * OccupancyPoint
         * @description One bucket.
         *
         *     Attributes:
         *         at: the bucket's start.
         *         state: ``ok`` where at least half of the bucket's seconds are known; otherwise what kept them unknown most.
         *         count: people inside, averaged over the known seconds; ``None`` when unknown.
         *         count_low: lower end of the 90 % interval.
         *         peak: the highest estimate of a second.
         *         capacity: people the venue, or the section, may hold.
         *         over_capacity: the estimate was above the capacity in one second at least; ``None`` when unknown.
         *         drift_per_hour: what the line counts are estimated to miss, people an hour; positive: they undercount.
         *         seen_share: share of the floor that cameras saw.
         *         known_share: the share of the bucket's seconds with an estimate.
         */
        OccupancyPoint: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Capacity */
            capacity: number | null;
            /** Count */
            count: number | null;
            /** Count High */
            count_high: number | null;
            /** Count Low */
            count_low: number | null;
            /** Drift Per Hour */
            drift_per_hour: number | null;
            /** Known Share */
            known_share: number;
            /** Over Capacity */
            over_capacity: boolean | null;
            /** Peak */
            peak: number | null;
            /** Seen Share */
            seen_share: number | null;
            state: components["schemas"]["State"];
        };
        /**
         * OccupancySeries
         * @description People inside over time: every bucket of the range is there.
         *
         *     Attributes:
         *         section_id: ``None``: all of the venue.
         */
        OccupancySeries: {
            /** Points */
            points: components["schemas"]["OccupancyPoint"][];
            /** Section Id */
            section_id: string | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Step S */
            step_s: number;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Venue Id */
            venue_id: string;
        };
        /**
         * PartState
         * @description One part that Headroom needs; the detail holds no address and no password.
         */
        PartState: {
            /** Detail */
            detail: string;
            /** Ok */
            ok: boolean;
        };
        /**
         * Phase
         * @description A part of an event; thresholds may differ between them.
         * @enum {string}
         */
        Phase: "doors" | "support" | "headline" | "egress";
        /**
         * PhaseNow
         * @description The part of the event that it is.
         *
         *     Attributes:
         *         since: when it was switched; ``None``: never.
         *         applied: whether the alert engine goes by it already.
         */
        PhaseNow: {
            /** Applied */
            applied: boolean;
            phase: components["schemas"]["Phase"] | null;
            /** Since */
            since: string | null;
            /** Switched By */
            switched_by: string | null;
        };
        /**
         * PhaseSwitch
         * @description Which part of the event begins; ``None``: no event.
         */
        PhaseSwitch: {
            phase: components["schemas"]["Phase"] | null;
        };
        /**
         * Placed
         * @description A version in its place.
         */
        Placed: {
            /** Name */
            name: string;
            /** Version */
            version: number;
        };
        /**
         * Placement
         * @description How a camera's own floor coordinates lie on the venue's plan.
         *
         *     Attributes:
         *         origin_m: where its origin lies on the plan.
         *         turn_deg: how far its x axis is turned on the plan, from the plan's x axis towards its y axis.
         *         mirrored: its y axis runs the other way round than the plan's, as where the plan's y runs down.
         */
        Placement: {
            /**
             * Mirrored
             * @default false
             */
            mirrored: boolean;
            /**
             * Origin M
             * @default [
             *       0,
             *       0
             *     ]
             */
            origin_m: [
                number,
                number
            ];
            /**
             * Turn Deg
             * @default 0
             */
            turn_deg: number;
        };
        /**
         * Point
         * @description One second of what a rule looked at; without a value it was unknown then.
         */
        Point: {
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            /** Value */
            value: number | null;
        };
        /**
         * PointLabel
         * @description A head by its middle; pixels.
         */
        "PointLabel-Input": {
            /** @default head */
            name: components["schemas"]["LabelClass"];
            /** Score */
            score?: number | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            shape: "point";
            /** @default person */
            source: components["schemas"]["LabelSource"];
            /** X */
            x: number;
            /** Y */
            y: number;
        };
        /**
         * PointLabel
         * @description A head by its middle; pixels.
         */
        "PointLabel-Output": {
            /** @default head */
            name: components["schemas"]["LabelClass"];
            /** Score */
            score: number | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            shape: "point";
            /** @default person */
            source: components["schemas"]["LabelSource"];
            /** X */
            x: number;
            /** Y */
            y: number;
        };
        /**
         * PointsCalibration
         * @description At least four marks on the floor, seen in the picture and measured on the plan.
         *
         *     Attributes:
         *         points: the marks. Six or more let a wrong one be found; four fit whatever they say.
         *         largest_residual_m: the median distance between where marks are and where the fit puts them may not be larger.
         */
        PointsCalibration: {
            /** Frame Size */
            frame_size: [
                number,
                number
            ];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "points";
            /**
             * Largest Residual M
             * @default 0.25
             */
            largest_residual_m: number;
            /** Points */
            points: components["schemas"]["MatchedPoint"][];
        };
        /**
         * Positions
         * @description Where people stand on the plan, each once, whichever cameras see them.
         *
         *     ``ok`` as long as one camera sees; ``blind_camera_ids`` says which do not, and their part of the plan is unknown.
         */
        Positions: {
            /**
             * Blind Camera Ids
             * @default []
             */
            blind_camera_ids: string[];
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            /**
             * Kind
             * @default positions
             * @constant
             */
            kind: "positions";
            /**
             * Reason
             * @default null
             */
            reason: string | null;
            state: components["schemas"]["State"];
            /** Venue Id */
            venue_id: string;
            /**
             * Version
             * @default 1
             * @constant
             */
            version: 1;
            /**
             * X M
             * @default []
             */
            x_m: number[];
            /**
             * Y M
             * @default []
             */
            y_m: number[];
        };
        /**
         * Posture
         * @description How a person holds themselves, where that may matter to security.
         * @enum {string}
         */
        Posture: "fallen" | "hands_up" | "crouching";
        /**
         * PostureEpisode
         * @description One event from its start to its end.
         *
         *     Attributes:
         *         position: the feet, x and y in pixels of the camera's frame.
         *         confidence: mean score of the looks taken; a score, not a measured probability.
         *         since: when the posture was first seen.
         *         raised_at: when it had lasted for its minimum duration.
         *         ended_at: when its end was known; ``None``: it lasts, or whoever watched it stopped watching.
         *         duration_s: from ``since`` to the last look that showed it, as far as is known.
         *         end_reason: ``recovered``, ``track_ended`` or ``unseen``; ``None`` without an end.
         */
        PostureEpisode: {
            /** Camera Id */
            camera_id: string;
            /** Confidence */
            confidence: number;
            /** Duration S */
            duration_s: number;
            /** End Reason */
            end_reason: ("recovered" | "track_ended" | "unseen") | null;
            /** Ended At */
            ended_at: string | null;
            /**
             * Event Id
             * Format: uuid
             */
            event_id: string;
            /** Position */
            position: [
                number,
                number
            ];
            posture: components["schemas"]["Posture"];
            /**
             * Raised At
             * Format: date-time
             */
            raised_at: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Zone Ids */
            zone_ids: string[];
        };
        /**
         * Postures
         * @description The events that were raised in ``[since, until)``, newest first.
         *
         *     Attributes:
         *         truncated: whether older ones in the range were left out because of the limit.
         */
        Postures: {
            /** Events */
            events: components["schemas"]["PostureEpisode"][];
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Truncated */
            truncated: boolean;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Venue Id */
            venue_id: string;
        };
        /**
         * Preview
         * @description The answer, in the question's order.
         *
         *     Attributes:
         *         floor_m: metres of the pixels asked for; ``None``: at the horizon or above it, no place.
         *         pixels: of the places asked for, inside the picture or not; ``None``: behind the camera.
         *         residuals_m: of matched points, how far each lies from where the fit to all of them puts it; ``None``: the fit
         *             puts it nowhere. Empty where no points were matched.
         *         median_residual_m: of them; ``None`` without any.
         *         camera_m: where the camera is, x, y and height; ``None`` where the points do not tell.
         */
        Preview: {
            /** Camera M */
            camera_m: [
                number,
                number,
                number
            ] | null;
            /** Floor M */
            floor_m: ([
                number,
                number
            ] | null)[];
            /** Frame Size */
            frame_size: [
                number,
                number
            ];
            /** Median Residual M */
            median_residual_m: number | null;
            /** Pixels */
            pixels: ([
                number,
                number
            ] | null)[];
            /** Residuals M */
            residuals_m: (number | null)[];
        };
        /**
         * PreviewQuestion
         * @description What lies where.
         *
         *     Attributes:
         *         calibration: matched points to try; ``None``: what is kept for the camera.
         *         pixels: to be told in metres, pixels of the calibration's ``frame_size``.
         *         floor_m: to be told in pixels, metres.
         */
        PreviewQuestion: {
            calibration?: components["schemas"]["PointsCalibration"] | null;
            /**
             * Floor M
             * @default []
             */
            floor_m: [
                number,
                number
            ][];
            /**
             * Pixels
             * @default []
             */
            pixels: [
                number,
                number
            ][];
        };
        /**
         * Promote
         * @description Make a version champion.
         *
         *     Attributes:
         *         force: whatever speaks against it; the record says what did.
         *         allowed_disagreement: on trial, with the model before it; 1: whatever it counts.
         */
        Promote: {
            /**
             * Allowed Disagreement
             * @default 0.5
             */
            allowed_disagreement: number;
            /**
             * Force
             * @default false
             */
            force: boolean;
            /** Name */
            name: string;
            /** Reason */
            reason: string;
            /** Version */
            version: number;
        };
        /**
         * Purged
         * @description What was deleted: pictures, labels and rows; the ledger keeps that they were.
         */
        Purged: {
            /** Capture Ids */
            capture_ids: string[];
            /** Purged */
            purged: number;
        };
        /**
         * PurgeQuestion
         * @description Which captures are to be deleted, and why: by their ids, or a camera's of a span of time.
         *
         *     Attributes:
         *         note: why; it stands in the ledger.
         */
        PurgeQuestion: {
            /** Camera Id */
            camera_id?: string | null;
            /** Capture Ids */
            capture_ids?: string[] | null;
            /** Note */
            note: string;
            /** Since */
            since?: string | null;
            /** Until */
            until?: string | null;
        };
        /**
         * Queue
         * @description Where workers listen: for work on a processor, and for work that wants a GPU.
         * @enum {string}
         */
        Queue: "cpu" | "gpu";
        /**
         * ReadingPoint
         * @description One bucket of one zone.
         *
         *     Attributes:
         *         at: the bucket's start.
         *         state: ``ok`` where at least half of the bucket's seconds are known; otherwise what kept them unknown most.
         *         count: people, averaged over the known seconds; ``None`` when unknown.
         *         peak: the highest count of one frame.
         *         count_low: lower end of the 90 % interval.
         *         known_share: the share of the bucket's seconds with a trusted count.
         *         floor: what is known in metres; ``None`` unless it is for at least half of the bucket's seconds.
         */
        ReadingPoint: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Count */
            count: number | null;
            /** Count High */
            count_high: number | null;
            /** Count Low */
            count_low: number | null;
            floor: components["schemas"]["FloorPoint"] | null;
            /** Known Share */
            known_share: number;
            /** Peak */
            peak: number | null;
            state: components["schemas"]["State"];
        };
        /**
         * Readings
         * @description Zones over time: every bucket of the range is there.
         */
        Readings: {
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Step S */
            step_s: number;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Venue Id */
            venue_id: string;
            /** Zones */
            zones: components["schemas"]["ZoneSeries"][];
        };
        /**
         * Ready
         * @description Whether all parts are there, and which is not.
         *
         *     Attributes:
         *         jobs: whether a worker waits for finite jobs. Not a part that readiness needs: without one, jobs wait.
         */
        Ready: {
            jobs: components["schemas"]["PartState"];
            /** Parts */
            parts: {
                [key: string]: components["schemas"]["PartState"];
            };
            /** Ready */
            ready: boolean;
        };
        /**
         * Reason
         * @description Why a frame is worth a label.
         * @enum {string}
         */
        Reason: "low_margin" | "flicker" | "wide_interval" | "disagreement" | "alert_dismissed";
        /**
         * Refusal
         * @description Why signing in was refused.
         */
        Refusal: {
            /** Code */
            code: number;
            /** Error Code */
            error_code: string;
            /** Msg */
            msg: string;
        };
        /**
         * RollBack
         * @description Go back to the champion before.
         */
        RollBack: {
            /** Reason */
            reason: string;
        };
        /**
         * RuleLevel
         * @description One threshold, in the rule's unit, and where it comes from.
         */
        RuleLevel: {
            /** Clear After S */
            clear_after_s: number;
            /** Clear At */
            clear_at: number;
            /** Probability */
            probability: number;
            /** Raise After S */
            raise_after_s: number;
            /** Raise At */
            raise_at: number;
            severity: components["schemas"]["Severity"];
            /** Source */
            source: string;
        };
        /**
         * Rules
         * @description The thresholds that hold.
         */
        Rules: {
            /** Rules */
            rules: components["schemas"]["RuleShown"][];
            /** Venue Id */
            venue_id: string;
        };
        /**
         * RuleShown
         * @description A rule of one place.
         *
         *     Attributes:
         *         zone_id: ``None``: the venue, or each of its cameras.
         *         phase: where it differs in a phase of the event; ``None``: otherwise.
         *         levels: none: it is off.
         */
        RuleShown: {
            /** Levels */
            levels: components["schemas"]["RuleLevel"][];
            phase: components["schemas"]["Phase"] | null;
            /** Rule Id */
            rule_id: string;
            /** Title */
            title: string;
            /** Unit */
            unit: string;
            /** Zone Id */
            zone_id: string | null;
        };
        /**
         * Session
         * @description A signed-in session.
         *
         *     Attributes:
         *         expires_in: seconds until the access token is refused.
         *         refresh_token: good for one refresh; using it a second time ends the session.
         */
        Session: {
            /** Access Token */
            access_token: string;
            /** Expires In */
            expires_in: number;
            /** Refresh Token */
            refresh_token: string;
            /**
             * Token Type
             * @default bearer
             * @constant
             */
            token_type: "bearer";
            user: components["schemas"]["User"];
        };
        /**
         * Severity
         * @description How bad it is. They are ordered by :attr:`rank`.
         * @enum {string}
         */
        Severity: "info" | "warning" | "danger" | "critical";
        /**
         * ShadowCamera
         * @description How two models compare on one camera, over the frames that both looked at. Counts are of single frames.
         */
        ShadowCamera: {
            /** Bias */
            bias: number;
            /** Camera Id */
            camera_id: string;
            /** Challenger Mean */
            challenger_mean: number;
            /** Champion Mean */
            champion_mean: number;
            /** Frames */
            frames: number;
            /** Interval Overlap */
            interval_overlap: number;
            /** Mae */
            mae: number;
        };
        /**
         * ShadowReport
         * @description How the challenger compares with the champion in one worker, over all frames since ``since``.
         */
        ShadowReport: {
            /** Cameras */
            cameras: components["schemas"]["ShadowCamera"][];
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            /** Challenger */
            challenger: string;
            /** Challenger P95 Ms */
            challenger_p95_ms: number | null;
            challenger_version: components["schemas"]["ModelRef"] | null;
            /** Champion */
            champion: string;
            /** Champion P95 Ms */
            champion_p95_ms: number | null;
            /**
             * Kind
             * @default shadow_report
             * @constant
             */
            kind: "shadow_report";
            /** Reason */
            reason: string | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Skipped
             * @default 0
             */
            skipped: number;
            state: components["schemas"]["State"];
            /** Venue Id */
            venue_id: string;
            /**
             * Version
             * @default 1
             * @constant
             */
            version: 1;
            /** Worker */
            worker: string;
        };
        /**
         * State
         * @description Whether a number may be believed.
         * @enum {string}
         */
        State: "ok" | "stale" | "blind" | "uncalibrated";
        /**
         * Status
         * @description Where an alert is in its life.
         * @enum {string}
         */
        Status: "open" | "acknowledged" | "cleared" | "closed";
        /**
         * TakenScan
         * @description What became of one scan.
         *
         *     Attributes:
         *         status: ``new``: it counts from now on. ``known``: it was told before, and counts once. ``conflict``: its key
         *             belongs to another scan, and this one does not count; tell it again with a key of its own.
         */
        TakenScan: {
            /** Scan Id */
            scan_id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "new" | "known" | "conflict";
        };
        /**
         * TakenScans
         * @description What became of each scan, in the order they came in.
         */
        TakenScans: {
            /** Conflicts */
            conflicts: number;
            /** Known */
            known: number;
            /** New */
            new: number;
            /** Scans */
            scans: components["schemas"]["TakenScan"][];
            /** Venue Id */
            venue_id: string;
        };
        /**
         * Train
         * @description Train a model by one of the stages that ``configs/jobs.yaml`` names.
         *
         *     Attributes:
         *         stage: its name there.
         *         config: parameters of the form of ``configs/training.yaml``; ``None``, like all that follow: as that says.
         *         dataset: the folder of a dataset that is learned from; ``None``: the configured sets are prepared.
         *         base: the ``.pt`` checkpoint that it begins as.
         *         epochs: of the boxes; 0: they stay those of the base.
         *         steps: of the density map.
         *         seed: of everything that is drawn.
         *         register_as: a model's name, of which the result becomes a version that may be made challenger.
         */
        Train: {
            /** Base */
            base?: string | null;
            /** Config */
            config?: string | null;
            /** Dataset */
            dataset?: string | null;
            /** Epochs */
            epochs?: number | null;
            /** Register As */
            register_as?: string | null;
            /** Seed */
            seed?: number | null;
            /**
             * Stage
             * @default train
             */
            stage: string;
            /** Steps */
            steps?: number | null;
        };
        /**
         * Trend
         * @description How a figure has moved over the last while: a weighted straight line, recent seconds weighing more.
         */
        Trend: {
            /** Level */
            level: number;
            /** Per Min */
            per_min: number;
            /** Per Min High */
            per_min_high: number;
            /** Per Min Low */
            per_min_low: number;
            /** Window S */
            window_s: number;
        };
        /**
         * TsaiCalibration
         * @description A known camera by Tsai's parameters (Tsai 1987), under the names of the PETS files.
         *
         *     A point X of the world is seen at R X + T, R turned by ``rx``, then ``ry``, then ``rz``; ``Xu = Xd (1 + kappa1 r²)``
         *     with ``Xd = dpx (u - cx) / sx`` and ``Yd = dpy (v - cy)``. The world's plane z = 0 is the floor, and z runs up.
         *
         *     Attributes:
         *         focal: in the unit of ``dpx`` and ``dpy`` (PETS: millimetres).
         *         kappa1: radial distortion, per that unit squared.
         *         cx: centre of the picture, pixels; likewise ``cy``.
         *         sx: stretch across.
         *         dpx: width of a pixel on the sensor; ``dpy`` its height.
         *         tx: T, in units of the world; likewise ``ty`` and ``tz``.
         *         rx: angle about x, radians; likewise ``ry`` and ``rz``.
         *         metres_per_unit: of the world's unit: 0.001 where T is in millimetres, as in PETS.
         *         placement: how the world's x and y lie on the plan.
         *         residual_m: standard deviation of floor positions that the calibration itself leaves.
         */
        TsaiCalibration: {
            /** Cx */
            cx: number;
            /** Cy */
            cy: number;
            /** Dpx */
            dpx: number;
            /** Dpy */
            dpy: number;
            /** Focal */
            focal: number;
            /** Frame Size */
            frame_size: [
                number,
                number
            ];
            /**
             * Kappa1
             * @default 0
             */
            kappa1: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "tsai";
            /**
             * Metres Per Unit
             * @default 0.001
             */
            metres_per_unit: number;
            /**
             * @default {
             *       "origin_m": [
             *         0,
             *         0
             *       ],
             *       "turn_deg": 0,
             *       "mirrored": false
             *     }
             */
            placement: components["schemas"]["Placement"];
            /**
             * Residual M
             * @default 0.1
             */
            residual_m: number;
            /** Rx */
            rx: number;
            /** Ry */
            ry: number;
            /** Rz */
            rz: number;
            /**
             * Sx
             * @default 1
             */
            sx: number;
            /** Tx */
            tx: number;
            /** Ty */
            ty: number;
            /** Tz */
            tz: number;
        };
        /**
         * User
         * @description Who signed in.
         */
        User: {
            /** Email */
            email: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
        };
        /** ValidationError */
        ValidationError: {
            /** Context */
            ctx?: Record<string, never>;
            /** Input */
            input?: unknown;
            /** Location */
            loc: (string | number)[];
            /** Message */
            msg: string;
            /** Error Type */
            type: string;
        };
        /**
         * Venue
         * @description A whole venue.
         *
         *     Attributes:
         *         zones: those of the cameras' pictures.
         *         floor: the floor plan with its own zones; ``None``: the venue has none.
         *         busy_at: share of a capacity from which a zone is shown as busy.
         *         full_at: share of a capacity from which a zone is shown as full.
         */
        Venue: {
            /** Busy At */
            busy_at: number;
            /** Cameras */
            cameras: components["schemas"]["CameraOut"][];
            /** Capacity */
            capacity: number;
            floor: components["schemas"]["FloorPlanOut"] | null;
            /** Full At */
            full_at: number;
            /** Gates */
            gates: components["schemas"]["GateOut"][];
            /** Id */
            id: string;
            /** Lines */
            lines: components["schemas"]["LineOut"][];
            /** Name */
            name: string;
            /**
             * Role
             * @enum {string}
             */
            role: "viewer" | "staff" | "security" | "engineer" | "organiser" | "admin";
            /** Timezone */
            timezone: string;
            /** Zones */
            zones: components["schemas"]["ZoneOut"][];
        };
        /**
         * VenueSummary
         * @description One venue in a list.
         *
         *     Attributes:
         *         capacity: licensed capacity, people.
         *         role: what this user may do there.
         */
        VenueSummary: {
            /** Capacity */
            capacity: number;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Role
             * @enum {string}
             */
            role: "viewer" | "staff" | "security" | "engineer" | "organiser" | "admin";
            /** Timezone */
            timezone: string;
        };
        /**
         * Verdict
         * @description A capture is good to be used, or is not.
         */
        Verdict: {
            /** Note */
            note?: string | null;
            /** Revision */
            revision: number;
        };
        /**
         * Version
         * @description A version that this venue may run.
         *
         *     Attributes:
         *         sha256: of its ``model.yaml``, which holds the hashes of its files.
         *         location: its folder, below the folder of registered models.
         *         run_id: the run in MLflow that made it; ``None``: it came from elsewhere.
         *         metrics: as they were given when it was registered.
         *         evaluations: the newest of each truth.
         */
        Version: {
            /**
             * Evaluations
             * @default []
             */
            evaluations: components["schemas"]["Evaluation"][];
            /** Licence */
            licence: string;
            /** Location */
            location: string;
            /** Metrics */
            metrics: {
                [key: string]: unknown;
            };
            /** Name */
            name: string;
            /**
             * Registered At
             * Format: date-time
             */
            registered_at: string;
            /** Registered By */
            registered_by: string;
            /** Run Id */
            run_id: string | null;
            /** Sha256 */
            sha256: string;
            /** Title */
            title: string;
            /** Version */
            version: number;
        };
        /**
         * VersionInFull
         * @description A version with its card.
         *
         *     Attributes:
         *         card: the model card, Markdown; empty where there is none.
         *         against_promotion: what speaks against making it champion now; ``None``: nothing.
         */
        VersionInFull: {
            /** Against Promotion */
            against_promotion: string | null;
            /** Card */
            card: string;
            /**
             * Evaluations
             * @default []
             */
            evaluations: components["schemas"]["Evaluation"][];
            /** Licence */
            licence: string;
            /** Location */
            location: string;
            /** Metrics */
            metrics: {
                [key: string]: unknown;
            };
            /** Name */
            name: string;
            /**
             * Registered At
             * Format: date-time
             */
            registered_at: string;
            /** Registered By */
            registered_by: string;
            /** Run Id */
            run_id: string | null;
            /** Sha256 */
            sha256: string;
            /** Title */
            title: string;
            /** Version */
            version: number;
        };
        /**
         * Withdraw
         * @description Have nothing run beside the champion.
         */
        Withdraw: {
            /** Reason */
            reason: string;
        };
        /**
         * ZoneOut
         * @description A zone in its camera's picture.
         *
         *     Attributes:
         *         capacity: people it may hold; ``None`` where no limit is set.
         *         primary: its people are summed into the venue's occupancy.
         */
        ZoneOut: {
            /** Camera Id */
            camera_id: string;
            /** Capacity */
            capacity: number | null;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Polygon */
            polygon: [
                number,
                number
            ][];
            /** Primary */
            primary: boolean;
        };
        /**
         * ZoneReading
         * @description How many people stood in a zone during one second (``captured_at`` is that second's start).
         */
        ZoneReading: {
            /** Camera Ids */
            camera_ids: string[];
            /**
             * Captured At
             * Format: date-time
             */
            captured_at: string;
            /**
             * Count
             * @default null
             */
            count: number | null;
            /**
             * Count High
             * @default null
             */
            count_high: number | null;
            /**
             * Count Low
             * @default null
             */
            count_low: number | null;
            /**
             * Epoch
             * @default 0
             */
            epoch: number;
            /** @default null */
            floor: components["schemas"]["FloorFigures"] | null;
            /**
             * Frames
             * @default 0
             */
            frames: number;
            /**
             * Kind
             * @default zone_reading
             * @constant
             */
            kind: "zone_reading";
            /**
             * Method
             * @default null
             */
            method: ("boxes" | "density" | "fused" | "floor") | null;
            /**
             * Model
             * @default null
             */
            model: string | null;
            /**
             * Peak
             * @default null
             */
            peak: number | null;
            /**
             * Reason
             * @default null
             */
            reason: string | null;
            state: components["schemas"]["State"];
            /** Venue Id */
            venue_id: string;
            /**
             * Version
             * @default 1
             * @constant
             */
            version: 1;
            /** Zone Id */
            zone_id: string;
        };
        /**
         * ZoneSeries
         * @description One zone over time.
         */
        ZoneSeries: {
            /** Points */
            points: components["schemas"]["ReadingPoint"][];
            /** Zone Id */
            zone_id: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    me_api_v1_me_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    list_venues_api_v1_venues_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VenueSummary"][];
                };
            };
        };
    };
    get_venue_api_v1_venues__venue_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Venue"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_alerts_api_v1_venues__venue_id__alerts_get: {
        parameters: {
            query?: {
                /** @description At most so many, the newest */
                limit?: number;
                /** @description Only those that were as bad as one of these */
                severity?: components["schemas"]["Severity"][] | null;
                /** @description Raised then or later, with its offset */
                since?: string | null;
                /** @description Only those that stand */
                standing?: boolean;
                /** @description Raised before */
                until?: string | null;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alerts"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_alert_api_v1_venues__venue_id__alerts__alert_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alert's id */
                alert_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertStory"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    acknowledge_api_v1_venues__venue_id__alerts__alert_id__acknowledge_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alert's id */
                alert_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Acknowledge"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertStory"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    close_api_v1_venues__venue_id__alerts__alert_id__close_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alert's id */
                alert_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Close"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertStory"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    add_note_api_v1_venues__venue_id__alerts__alert_id__notes_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The alert's id */
                alert_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertStory"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_alert_picture_api_v1_venues__venue_id__alerts__alert_id__picture_get: {
        parameters: {
            query?: {
                /** @description The change that the picture was kept with; the newest */
                sequence?: number | null;
            };
            header?: never;
            path: {
                /** @description The alert's id */
                alert_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    "X-Captured-At"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_rules_api_v1_venues__venue_id__alerts_rules_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rules"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_calibration_api_v1_venues__venue_id__cameras__camera_id__calibration_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The camera's id */
                camera_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeptCalibration"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    put_calibration_api_v1_venues__venue_id__cameras__camera_id__calibration_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The camera's id */
                camera_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCalibration"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeptCalibration"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_history_api_v1_venues__venue_id__cameras__camera_id__calibration_history_get: {
        parameters: {
            query?: {
                /** @description At most so many, the newest */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The camera's id */
                camera_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeptCalibration"][];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    preview_api_v1_venues__venue_id__cameras__camera_id__calibration_preview_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The camera's id */
                camera_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewQuestion"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_picture_api_v1_venues__venue_id__cameras__camera_id__picture_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The camera's id */
                camera_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    "X-Captured-At"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_captures_api_v1_venues__venue_id__captures_get: {
        parameters: {
            query?: {
                /** @description Only this camera's */
                camera?: string | null;
                /** @description At most so many */
                limit?: number;
                /** @description Newest first, in place of the most uncertain */
                newest?: boolean;
                /** @description Leave out so many of the first */
                offset?: number;
                /** @description Only those kept for this reason */
                reason?: components["schemas"]["Reason"] | null;
                /** @description Captured then or later, with its offset */
                since?: string | null;
                /** @description Only those that stand so; all */
                state?: components["schemas"]["LabelState"][] | null;
                /** @description Captured before */
                until?: string | null;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Captures"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_capture_api_v1_venues__venue_id__captures__capture_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The capture's id */
                capture_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaptureStory"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    accept_capture_api_v1_venues__venue_id__captures__capture_id__accept_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The capture's id */
                capture_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Verdict"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaptureStory"];
                };
            };
            /** @description It was changed since */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    put_labels_api_v1_venues__venue_id__captures__capture_id__labels_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The capture's id */
                capture_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLabels"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaptureStory"];
                };
            };
            /** @description Others were saved since */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_capture_picture_api_v1_venues__venue_id__captures__capture_id__picture_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The capture's id */
                capture_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    reject_capture_api_v1_venues__venue_id__captures__capture_id__reject_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The capture's id */
                capture_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Verdict"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaptureStory"];
                };
            };
            /** @description It was changed since */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    export_labels_api_v1_venues__venue_id__captures_export_get: {
        parameters: {
            query: {
                /** @description Only this camera's */
                camera?: string | null;
                /** @description yolo: a zip with pictures; coco: a JSON document */
                format: components["schemas"]["LabelFormat"];
                /** @description Captured then or later, with its offset */
                since?: string | null;
                /** @description Only those that stand so; all */
                state?: components["schemas"]["LabelState"][] | null;
                /** @description Captured before */
                until?: string | null;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                    "application/zip": string;
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    import_labels_api_v1_venues__venue_id__captures_import_post: {
        parameters: {
            query: {
                /** @description They are good to be used; otherwise they are in review */
                accept?: boolean;
                /** @description yolo: a zip with pictures; coco: a JSON document */
                format: components["schemas"]["LabelFormat"];
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imported"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    purge_captures_api_v1_venues__venue_id__captures_purge_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PurgeQuestion"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Purged"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_label_stats_api_v1_venues__venue_id__captures_stats_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LabelStats"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_crossings_api_v1_venues__venue_id__crossings_get: {
        parameters: {
            query: {
                /** @description Start of the range, with its offset, as in 2026-05-01T18:00:00Z */
                since: string;
                /** @description Length of a bucket, seconds */
                step: number;
                /** @description End of the range; not part of it */
                until: string;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Crossings"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_jobs_api_v1_venues__venue_id__jobs_get: {
        parameters: {
            query?: {
                /** @description Only those of these kinds */
                kind?: components["schemas"]["Kind"][] | null;
                /** @description At most so many, the newest */
                limit?: number;
                /** @description Only those that stand so */
                state?: components["schemas"]["JobState"][] | null;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Jobs"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    ask_for_job_api_v1_venues__venue_id__jobs_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAnalysis"] | components["schemas"]["NewEvaluation"] | components["schemas"]["NewExport"] | components["schemas"]["NewTraining"];
            };
        };
        responses: {
            /** @description Asked for before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
            /** @description The broker is away; the job is kept, and sent later */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_job_api_v1_venues__venue_id__jobs__job_id__get: {
        parameters: {
            query?: {
                /** @description Wait until its revision is beyond this one */
                after?: number | null;
                /** @description For at most so many seconds */
                wait_s?: number;
            };
            header?: never;
            path: {
                /** @description The job's id */
                job_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_job_artefact_api_v1_venues__venue_id__jobs__job_id__artefacts__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job's id */
                job_id: string;
                /** @description As the job names its artefact */
                name: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    "X-Content-SHA256"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    cancel_job_api_v1_venues__venue_id__jobs__job_id__cancel_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job's id */
                job_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_job_story_api_v1_venues__venue_id__jobs__job_id__story_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job's id */
                job_id: string;
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStory"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_models_api_v1_venues__venue_id__models_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Models"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    challenge_api_v1_venues__venue_id__models_challenger_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Challenge"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Models"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    withdraw_api_v1_venues__venue_id__models_challenger_withdraw_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Withdraw"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Models"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_changes_api_v1_venues__venue_id__models_changes_get: {
        parameters: {
            query?: {
                /** @description At most so many, the newest */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelChange"][];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_events_api_v1_venues__venue_id__models_events_get: {
        parameters: {
            query?: {
                /** @description At most so many, the newest */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"][];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    promote_api_v1_venues__venue_id__models_promote_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Promote"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Models"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    roll_back_api_v1_venues__venue_id__models_rollback_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RollBack"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Models"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_shadows_api_v1_venues__venue_id__models_shadows_get: {
        parameters: {
            query?: {
                /** @description At most so many, the newest */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShadowReport"][];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_version_api_v1_venues__venue_id__models_versions__name___version__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
                /** @description The venue's id */
                venue_id: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionInFull"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_occupancy_api_v1_venues__venue_id__occupancy_get: {
        parameters: {
            query: {
                /** @description A part of the venue; without it, all of the venue */
                section?: string | null;
                /** @description Start of the range, with its offset, as in 2026-05-01T18:00:00Z */
                since: string;
                /** @description Length of a bucket, seconds */
                step: number;
                /** @description End of the range; not part of it */
                until: string;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OccupancySeries"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_latest_occupancy_api_v1_venues__venue_id__occupancy_latest_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LatestOccupancy"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_phase_api_v1_venues__venue_id__phase_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhaseNow"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    set_phase_api_v1_venues__venue_id__phase_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PhaseSwitch"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhaseNow"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_postures_api_v1_venues__venue_id__postures_get: {
        parameters: {
            query: {
                /** @description At most so many events, the newest */
                limit?: number;
                /** @description Only these postures */
                posture?: components["schemas"]["Posture"][] | null;
                /** @description Start of the range, with its offset, as in 2026-05-01T18:00:00Z */
                since: string;
                /** @description End of the range; not part of it */
                until: string;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Postures"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_purge_ledger_api_v1_venues__venue_id__purge_ledger_get: {
        parameters: {
            query?: {
                /** @description From before this entry on */
                before?: number | null;
                /** @description At most so many, the newest */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ledger"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_readings_api_v1_venues__venue_id__readings_get: {
        parameters: {
            query: {
                /** @description Start of the range, with its offset, as in 2026-05-01T18:00:00Z */
                since: string;
                /** @description Length of a bucket, seconds */
                step: number;
                /** @description End of the range; not part of it */
                until: string;
                /** @description Only these zones; a retired one may be named */
                zone?: string[] | null;
            };
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readings"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    tell_scans_api_v1_venues__venue_id__scans_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The venue's id */
                venue_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewScans"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenScans"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    sign_out_auth_v1_logout_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    sign_in_auth_v1_token_post: {
        parameters: {
            query: {
                grant_type: "password" | "refresh_token";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refusal"];
                };
            };
        };
    };
    alive_healthz_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
        };
    };
    metrics_metrics_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
        };
    };
    ready_readyz_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
        };
    };
}
