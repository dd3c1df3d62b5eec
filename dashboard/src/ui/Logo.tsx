/** A ceiling and a person under it: the space between is what the product is named after. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M3 4h18" stroke="var(--accent)" strokeWidth="2.5" strokeLinecap="round" />
      <circle cx="12" cy="13" r="3" fill="currentColor" />
      <path d="M5.5 22c.6-4 3.2-5 6.5-5s5.9 1 6.5 5z" fill="currentColor" />
    </svg>
  );
}
