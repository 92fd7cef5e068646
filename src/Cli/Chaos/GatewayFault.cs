namespace Tapline.Cli.Chaos;

/// <summary>What happens to one request on its way to a store and back.</summary>
enum GatewayFault
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>The connection is reset before the request is read.</summary>
    Refused,
    /// <summary>The request is cut off: the store has a part of it.</summary>
    RequestCut,
    /// <summary>It comes late.</summary>
    Late,
    /// <summary>Answered with 500; the store is not asked.</summary>
    Broken,
    /// <summary>Answered with 503; the store is not asked.</summary>
    Busy,
    /// <summary>A write that is answered with 409; the store is not asked.</summary>
    Conflict,
    /// <summary>The store does it, the connection is reset before the answer.</summary>
    AnswerLost,
    /// <summary>The store does it, the answer is cut off.</summary>
    AnswerCut,
    /// <summary>The store does it, and nothing is ever heard of it.</summary>
    Silent,
}
