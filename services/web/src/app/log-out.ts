// Ends the person's session at the gateway and here.
import { useLocation } from 'wouter';
import { useServices } from './services.ts';

/** The page forgets who it was even when the gateway does not answer. */
export function useLogOut(): () => void {
  const { gateway, me } = useServices();
  const [, navigate] = useLocation();
  return () => {
    void gateway
      .logout()
      .catch(() => undefined)
      .then(() => {
        navigate('/login', { replace: true });
        me.set(null);
      });
  };
}
