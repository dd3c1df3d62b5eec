import { type FormEvent, useId, useRef, useState } from "react";
import { TooManyTries, WrongPassword } from "../api/errors";
import { useServices } from "../services";
import { Logo } from "../ui/Logo";

function explain(error: unknown): string {
  if (error instanceof WrongPassword)
    return "That email and password do not match. Check both and try again.";
  if (error instanceof TooManyTries) return "Too many tries. Wait a minute, then try again.";
  if (!navigator.onLine) return "This device is offline. Connect it to the network, then try again.";
  return "The Headroom server does not answer. Check the network, or ask whoever runs Headroom.";
}

export function SignInPage() {
  const { session } = useServices();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      await session.signIn(String(form.get("email")), String(form.get("password")), form.has("keep"));
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
      if (error instanceof WrongPassword) password.current?.select();
    }
  };

  return (
    <main className="sign-in">
      <title>Sign in · Headroom</title>
      <form className="card" onSubmit={(event) => void submit(event)}>
        <h1>
          <Logo /> Headroom
        </h1>
        <p className="muted">How many people are where, right now.</p>
        <label>
          Email
          <input name="email" type="email" autoComplete="username" required />
        </label>
        <PasswordField field={password} />
        <label className="check">
          <input name="keep" type="checkbox" />
          <span>
            Keep me signed in on this device
            <small>For your own phone or a wall screen, not for one you share.</small>
          </span>
        </label>
        <div role="alert">{problem !== null && <p className="problem">{problem}</p>}</div>
        <button className="primary" type="submit" disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </main>
  );
}

function PasswordField({ field }: { field: React.RefObject<HTMLInputElement | null> }) {
  const [shown, setShown] = useState(false);
  const id = useId();
  return (
    <div className="password">
      <label htmlFor={id}>Password</label>
      <input
        id={id}
        ref={field}
        name="password"
        type={shown ? "text" : "password"}
        autoComplete="current-password"
        required
      />
      <button type="button" aria-label="Show password" aria-pressed={shown} onClick={() => setShown(!shown)}>
        {shown ? "Hide" : "Show"}
      </button>
    </div>
  );
}
