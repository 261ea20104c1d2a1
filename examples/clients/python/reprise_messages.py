"""The messages of Reprise's packets, as in the schemas of the folder proto.

name -> field number -> (name, type). A type is a scalar of protobuf, the name of another message,
or either in brackets: a repeated field. Enums are int32 to a decoder.
"""

from __future__ import annotations

from typing import Dict, Tuple

Schema = Dict[int, Tuple[str, str]]

MESSAGES: Dict[str, Schema] = {
    # session.proto
    "Hello": {
        1: ("protocol_min", "uint32"),
        2: ("protocol_max", "uint32"),
        3: ("contract_hash", "fixed32"),
        4: ("protocol", "uint32"),
    },
    "Error": {
        1: ("code", "uint32"),
        2: ("message", "string"),
        3: ("retry_after_ms", "uint32"),
        4: ("count", "uint32"),
    },
    "Disconnect": {1: ("code", "uint32"), 2: ("may_retry", "bool"), 3: ("message", "string")},
    "HeartbeatRequest": {1: ("player_id", "uint64"), 2: ("timestamp", "uint64")},
    "HeartbeatResponse": {1: ("server_timestamp", "uint64"), 2: ("latency_ms", "uint32")},
    "EchoRequest": {1: ("bytes", "bytes")},
    "EchoResponse": {1: ("bytes", "bytes")},
    # auth.proto
    "LoginRequest": {
        1: ("username", "string"),
        2: ("password_hash", "string"),
        3: ("client_version", "string"),
        4: ("device_id", "string"),
    },
    "LoginResponse": {
        1: ("success", "bool"),
        2: ("error_code", "int32"),
        3: ("error_message", "string"),
        4: ("session_token", "string"),
        5: ("player_id", "uint64"),
        6: ("game_servers", "[ServerInfo]"),
    },
    "ServerInfo": {
        1: ("server_id", "uint32"),
        2: ("server_name", "string"),
        3: ("ip_address", "string"),
        4: ("port", "uint32"),
        5: ("current_players", "uint32"),
        6: ("max_players", "uint32"),
        7: ("load_factor", "float"),
    },
    "LogoutRequest": {1: ("player_id", "uint64"), 2: ("session_token", "string")},
    "LogoutResponse": {1: ("success", "bool"), 2: ("error_code", "int32")},
    # common.proto, game.proto
    "Vector3": {1: ("x", "float"), 2: ("y", "float"), 3: ("z", "float")},
    "EnterWorldRequest": {
        1: ("character_id", "uint64"),
        2: ("channel_id", "uint32"),
        3: ("session_token", "string"),
    },
    "EnterWorldResponse": {
        1: ("success", "bool"),
        2: ("error_code", "int32"),
        3: ("spawn_position", "Vector3"),
        4: ("map_id", "uint32"),
        16: ("entity_id", "uint64"),
    },
    "MovementUpdate": {
        1: ("entity_id", "uint64"),
        2: ("position", "Vector3"),
        3: ("velocity", "Vector3"),
        4: ("rotation", "Vector3"),
        5: ("timestamp", "float"),
        6: ("sequence_number", "uint32"),
    },
    "EntityUpdate": {
        1: ("entity_id", "uint64"),
        2: ("movement", "MovementUpdate"),
        3: ("health", "HealthUpdate"),
        4: ("status", "StatusUpdate"),
    },
    "HealthUpdate": {1: ("current_hp", "uint32"), 2: ("max_hp", "uint32"), 3: ("shield", "uint32")},
    "StatusUpdate": {
        1: ("buff_ids", "[uint32]"),
        2: ("debuff_ids", "[uint32]"),
        3: ("is_stunned", "bool"),
        4: ("is_silenced", "bool"),
    },
    "WorldUpdate": {
        1: ("tick", "uint64"),
        2: ("input_sequence", "uint32"),
        3: ("updates", "[EntityUpdate]"),
        4: ("removed", "[uint64]"),
    },
    "CombatAction": {
        1: ("attacker_id", "uint64"),
        2: ("target_id", "uint64"),
        3: ("skill_id", "uint32"),
        4: ("target_position", "Vector3"),
        5: ("cast_time", "float"),
        6: ("action_sequence", "uint32"),
    },
    "CombatResult": {
        1: ("attacker_id", "uint64"),
        2: ("target_id", "uint64"),
        3: ("skill_id", "uint32"),
        4: ("damage", "uint32"),
        5: ("is_critical", "bool"),
        6: ("is_dodged", "bool"),
        7: ("is_blocked", "bool"),
        8: ("applied_effects", "[AppliedEffect]"),
    },
    "AppliedEffect": {1: ("effect_id", "uint32"), 2: ("duration", "float"), 3: ("value", "float")},
    "DuelRequest": {1: ("target_id", "uint64"), 2: ("challenger_id", "uint64")},
    "DuelAcceptRequest": {1: ("challenger_id", "uint64")},
    "DuelDeclineRequest": {1: ("challenger_id", "uint64")},
    "ChatMessage": {
        1: ("sender_id", "uint64"),
        2: ("sender_name", "string"),
        3: ("channel", "int32"),
        4: ("message", "string"),
        5: ("timestamp", "uint64"),
        6: ("recipient_id", "uint64"),
    },
    # guild.proto
    "GuildCreateRequest": {1: ("guild_name", "string"), 2: ("charter_signers", "[uint64]")},
    "GuildCreateResponse": {
        1: ("success", "bool"),
        2: ("error_code", "int32"),
        3: ("guild_id", "uint32"),
    },
    "GuildInviteRequest": {
        1: ("guild_id", "uint32"),
        2: ("target_id", "uint64"),
        3: ("target_name", "string"),
    },
    "GuildInviteResponse": {1: ("success", "bool"), 2: ("error_code", "int32")},
    "GuildWarRequest": {1: ("target_guild_id", "uint32"), 2: ("instanced", "bool")},
    "GuildWarResponse": {
        1: ("success", "bool"),
        2: ("error_code", "int32"),
        3: ("war_id", "uint32"),
    },
    "GuildInviteAcceptRequest": {1: ("guild_id", "uint32")},
    "GuildLeaveRequest": {},
    "GuildWarStart": {
        1: ("war_id", "uint32"),
        2: ("attacker_guild_id", "uint32"),
        3: ("defender_guild_id", "uint32"),
        4: ("starts_at", "uint64"),
        5: ("ends_at", "uint64"),
    },
    # operate.proto
    "OperateRequest": {1: ("session_token", "string")},
    "OperateResponse": {1: ("player_id", "uint64"), 2: ("role", "int32")},
    "SessionsRequest": {1: ("after_session_id", "uint64"), 2: ("limit", "uint32")},
    "SessionsResponse": {
        1: ("sessions", "[SessionInfo]"),
        2: ("more", "bool"),
        3: ("total", "uint32"),
    },
    "SessionInfo": {
        1: ("session_id", "uint64"),
        2: ("state", "int32"),
        3: ("player_id", "uint64"),
        4: ("player_name", "string"),
        5: ("role", "int32"),
        6: ("remote", "string"),
        7: ("secure", "bool"),
        8: ("opened_at", "uint64"),
        9: ("heard_at", "uint64"),
    },
    "KickRequest": {
        1: ("session_id", "uint64"),
        2: ("player_name", "string"),
        3: ("reason", "string"),
    },
    "KickResponse": {
        1: ("session_id", "uint64"),
        2: ("player_id", "uint64"),
        3: ("player_name", "string"),
    },
    "AnnounceRequest": {1: ("message", "string")},
    "AnnounceResponse": {1: ("receivers", "uint32")},
    "Announcement": {1: ("message", "string"), 2: ("timestamp", "uint64")},
}
