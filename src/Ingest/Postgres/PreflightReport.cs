using System.Collections.Immutable;
using Tapline.Contracts;
using Tapline.Contracts.Schema;

namespace Tapline.Ingest.Postgres;

/// <summary>What a check of a database found.</summary>
/// <param name="ServerVersion">The server's version; empty when it could not be reached.</param>
/// <param name="Tables">The tables that would be captured.</param>
/// <param name="Problems">What a person has to change first; empty when all is well.</param>
/// <param name="Advice">What works as it is and could be better.</param>
public sealed record PreflightReport(
    string ServerVersion,
    ImmutableArray<TableId> Tables,
    ImmutableArray<PreflightProblem> Problems,
    ImmutableArray<PreflightProblem> Advice)
{
    /// <summary>All problems as one failure; null when there is none.</summary>
    public TaplineException? ToException() => Problems.Length switch
    {
        0 => null,
        1 => new TaplineException(Problems[0].Message, Problems[0].Hint),
        _ => new TaplineException(
            $"the database is not ready: {string.Join("; ", Problems.Select(static p => p.Message))}",
            string.Join("\n", Problems.Select(static p => p.Hint))),
    };
}
