import type { ReactNode } from "react";
import { Account } from "../ui/Account";
import { Logo } from "../ui/Logo";

/** A page without live numbers: a heading, an account, some text. */
export function PlainPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <title>{`${title} · Headroom`}</title>
      <header className="top">
        <Logo />
        <span className="top-name">Headroom</span>
        <span className="grow" />
        <Account />
      </header>
      <main className="plain">
        <h1>{title}</h1>
        {children}
      </main>
    </>
  );
}
