/**
 * The resources of a client, made when they are first used: a program loads only what it uses, however many there are.
 */

/** Loads the class of a resource. */
type Load<Client> = () => new (client: Client) => object;

/** Gives the clients of a class their resources, by name. */
export function lazily<Client extends object>(
  prototype: Client,
  resources: Readonly<Record<string, Load<Client>>>,
): void {
  const keep = (client: Client, name: string, value: unknown) =>
    Object.defineProperty(client, name, { value, writable: true, enumerable: true, configurable: true });
  for (const [name, load] of Object.entries(resources)) {
    Object.defineProperty(prototype, name, {
      get(this: Client): object | undefined {
        // Whoever inspects the class would otherwise give all clients one resource, which belongs to none.
        if (this === prototype) {
          return undefined;
        }
        const Resource = load();
        const resource = new Resource(this);
        keep(this, name, resource);
        return resource;
      },
      set(this: Client, value: unknown) {
        keep(this, name, value);
      },
      enumerable: true,
      configurable: true,
    });
  }
}
