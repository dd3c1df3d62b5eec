/** The one session and client of this page, for components to reach without passing them through every level. */
import { createContext, useContext, useSyncExternalStore } from "react";
import { ApiClient } from "./api/client";
import { browserEnvironment, type Session, SessionStore } from "./api/session";

export interface Services {
  readonly session: SessionStore;
  readonly client: ApiClient;
}

export function createServices(): Services {
  const session = new SessionStore(browserEnvironment());
  return { session, client: new ApiClient(session, (input, init) => fetch(input, init)) };
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error("useServices needs a ServicesContext above it");
  return services;
}

export function useSession(): Session | null {
  const { session } = useServices();
  return useSyncExternalStore(session.subscribe, session.current);
}
