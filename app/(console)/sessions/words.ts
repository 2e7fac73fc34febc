export const transportWords = { tcp: 'TCP, STARTTLS', 'direct-tls': 'Direct TLS', websocket: 'WebSocket', bosh: 'BOSH' } as const;
