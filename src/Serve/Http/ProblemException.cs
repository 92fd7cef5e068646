using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Http;

/// <summary>An answer that is an error, in the form of RFC 9457.</summary>
sealed class ProblemException(int status, string code, string title, string? hint = null) : Exception(title)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>What programs tell errors apart by.</summary>
    public string Code { get; } = code;

    /// <summary>What the caller can do; null when there is nothing.</summary>
    public string? Hint { get; } = hint;

    public static ProblemException NotFound(string what) => new(404, "not_found", $"there is no {what}");

    public static ProblemException Malformed(string title, string? hint = null) => new(400, "malformed", title, hint);

    /// <summary>What became of a statement.</summary>
    public static ProblemException Of(SqlRefusedException refused)
    {
        var (status, code) = refused.Fault switch
        {
            SqlFault.Syntax => (400, "syntax"),
            SqlFault.NotReadOnly => (403, "not_read_only"),
            SqlFault.NotAllowed => (403, "not_allowed"),
            SqlFault.UnknownTable => (400, "unknown_table"),
            SqlFault.Invalid => (400, "invalid"),
            SqlFault.Data => (422, "data"),
            SqlFault.TimeLimit => (504, "time_limit"),
            SqlFault.MemoryLimit => (422, "memory_limit"),
            SqlFault.Cancelled => (409, "cancelled"),
            SqlFault.Busy => (503, "busy"),
            SqlFault.NoSuchCut => (404, "no_such_cut"),
            _ => (500, "internal"),
        };
        return new ProblemException(status, code, refused.Message, refused.Hint);
    }
}
