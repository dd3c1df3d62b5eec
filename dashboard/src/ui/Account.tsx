import { useServices, useSession } from "../services";

export function Account() {
  const { session } = useServices();
  const email = useSession()?.email ?? "";
  return (
    <div className="account">
      <span className="muted account-email">{email}</span>
      <button type="button" onClick={() => void session.signOut()}>
        Sign out
      </button>
    </div>
  );
}
