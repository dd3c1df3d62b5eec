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
         * @description One venue with its cameras, zones and lines.
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
        /** HTTPValidationError */
        HTTPValidationError: {
            /** Detail */
            detail?: components["schemas"]["ValidationError"][];
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
            /** Cameras */
            cameras: components["schemas"]["CameraHealth"][];
            /**
             * Kind
             * @default snapshot
             * @constant
             */
            kind: "snapshot";
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
         */
        Ready: {
            /** Parts */
            parts: {
                [key: string]: components["schemas"]["PartState"];
            };
            /** Ready */
            ready: boolean;
        };
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
         * State
         * @description Whether a number may be believed.
         * @enum {string}
         */
        State: "ok" | "stale" | "blind" | "uncalibrated";
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
            /** Full At */
            full_at: number;
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
            method: "boxes" | null;
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
