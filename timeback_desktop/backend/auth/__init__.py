"""Who is calling, and what that lets them do: tokens, clients, PINs, principals."""
