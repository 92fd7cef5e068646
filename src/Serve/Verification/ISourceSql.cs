namespace Tapline.Serving.Verification;

/// <summary>A PostgreSQL session that runs the verifier's statements, all on one connection, which only read.</summary>
public interface ISourceSql
{
    /// <summary>Runs one statement and returns its rows; every column is text or null. Statements without rows give
    /// none.</summary>
    Task<IReadOnlyList<string?[]>> ReadAsync(string sql, CancellationToken ct);
}
