using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>What is asked of a client, and what it is told, before its first message.</summary>
sealed class Handshake(MqttListenerOptions options, string? certificateName)
{
    /// <summary>Topic aliases that a client may keep.</summary>
    public const ushort AliasMax = 16;

    /// <summary>Whether a client may connect, and if not, why.</summary>
    public ReasonCode Judge(ConnectPacket connect)
    {
        if (connect.Properties.Text(PropertyId.AuthenticationMethod) is not null)
            return ReasonCode.BadAuthenticationMethod;
        if (connect.ClientId.Length == 0 && connect.Version == MqttVersion.V311 && !connect.IsCleanStart)
            return ReasonCode.ClientIdentifierNotValid;
        // Wildcards and separators in it would widen what the topic rules allow.
        if (connect.ClientId.AsSpan().ContainsAny('+', '#', '/') || connect.ClientId.Length > 256)
            return ReasonCode.ClientIdentifierNotValid;
        return certificateName is not null || options.Accounts.Accepts(connect.UserName, connect.Password)
            ? ReasonCode.Success
            : ReasonCode.BadUserNameOrPassword;
    }

    /// <summary>How long the client's session is kept after its connection.</summary>
    public TimeSpan ExpiryOf(ConnectPacket connect)
    {
        var wanted = connect.Version == MqttVersion.V5
            ? TimeSpan.FromSeconds(connect.Properties.Number(PropertyId.SessionExpirySeconds) ?? 0)
            : connect.IsCleanStart ? TimeSpan.Zero : options.SessionExpiryMax;
        return wanted < options.SessionExpiryMax ? wanted : options.SessionExpiryMax;
    }

    /// <summary>The answer to a client that may.</summary>
    public ConnackPacket Welcome(ConnectPacket connect, bool isPresent, string? assignedId)
    {
        var answer = new ConnackPacket(ReasonCode.Success, isPresent);
        if (connect.Version != MqttVersion.V5)
            return answer;
        var properties = new List<MqttProperty>
        {
            new(PropertyId.ReceiveMax, options.ReceiveMax),
            new(PropertyId.PacketBytesMax, (uint)options.PacketBytesMax),
            new(PropertyId.TopicAliasMax, AliasMax),
            new(PropertyId.SharedSubscriptionsAvailable, 0),
        };
        var wanted = connect.Properties.Number(PropertyId.SessionExpirySeconds) ?? 0;
        if (wanted > options.SessionExpiryMax.TotalSeconds)
            properties.Add(new(PropertyId.SessionExpirySeconds, (uint)options.SessionExpiryMax.TotalSeconds));
        if (assignedId is not null)
            properties.Add(new(PropertyId.AssignedClientIdentifier, assignedId));
        return answer with { Properties = new([.. properties]) };
    }
}
