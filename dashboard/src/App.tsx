import { useState } from "react";
import { SignInPage } from "./pages/SignInPage";
import { VenuePage } from "./pages/VenuePage";
import { VenuesPage } from "./pages/VenuesPage";
import { useRoute } from "./routing";
import { createServices, ServicesContext, useSession } from "./services";

export function App() {
  const [services] = useState(createServices);
  return (
    <ServicesContext value={services}>
      <Pages />
    </ServicesContext>
  );
}

function Pages() {
  const session = useSession();
  const route = useRoute();
  if (session === null) return <SignInPage />;
  return route.page === "venue" ? <VenuePage key={route.id} venueId={route.id} /> : <VenuesPage />;
}
