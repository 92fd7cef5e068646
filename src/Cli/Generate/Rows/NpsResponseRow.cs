namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.nps_responses.</summary>
sealed record NpsResponseRow(long Id, Guid AccountId, Guid? UserId, string Survey, int Score, string? Comment,
    long RespondedAt, long CreatedAt) : BarRow(BarTable.NpsResponses)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(AccountId).Add(UserId).Add(Survey).Add(Score).Add(Comment).AddTime(RespondedAt)
            .AddTime(CreatedAt);
    }
}
