// What the server knows of services, of the AWS account and of its mirror; each answer is asked for once a page.
//
// `addresses`: {language, service, actions, surroundings, objects, about}; that of a service has SERVICE in it.
// `held`: the types that the mirror has objects of, such as "iam:role".

const MOST_KEPT = 200;

export function sourcesAt({ addresses, held }, ask = askServer) {
  const kept = new Map();
  const once = (address) => {
    if (!kept.has(address)) {
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value);
      const answer = ask(address).catch(() => null);
      kept.set(address, answer);
      answer.then((found) => found ?? kept.delete(address)); // it is asked for again
    }
    return kept.get(address);
  };
  const asked = (address, query) => once(`${address}?${new URLSearchParams(query)}`);
  return {
    language: () => once(addresses.language),
    service: async (prefix) => {
      const found = /^[a-z0-9-]{1,64}$/.test(prefix) ? await once(addresses.service.replace("SERVICE", prefix)) : null;
      return found?.actions ? found : null;
    },
    actionsNamed: async (q) => (await asked(addresses.actions, { q }))?.actions ?? [],
    surroundings: () => once(addresses.surroundings),
    holds: (type) => held.includes(type),
    objects: async (types, q, everywhere) =>
      (await asked(addresses.objects, { types: types.slice(0, 6).join(","), q, ...(everywhere ? { everywhere: 1 } : {}) }))?.objects ?? [],
    about: async (named) => (await asked(addresses.about, { named }))?.thing ?? null,
  };
}

async function askServer(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (response.status === 404) return {}; // there is nothing: no reason to ask again
  return response.ok && !response.redirected ? response.json() : null;
}
