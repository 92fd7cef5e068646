namespace Tapline.Ingest.Postgres;

/// <summary>One thing that is wrong or could be better, and what to do about it.</summary>
public sealed record PreflightProblem(string Message, string Hint);
