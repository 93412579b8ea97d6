import umami_django.models.websites
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('umami_django', '0013_session_pruned_until'),
    ]

    operations = [
        migrations.AddField(
            model_name='website',
            name='time_zone',
            field=models.CharField(blank=True, default='', help_text='In which days begin on the dashboard, such as Europe/Berlin. Empty: the server\'s.', max_length=64, validators=[umami_django.models.websites.validate_zone], verbose_name='time zone'),
        ),
    ]
